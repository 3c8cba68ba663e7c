"""The database refuses what no code of ours would do to states, words and currencies of money."""

import re

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction

from shop.core.states import ChoiceField, Stateful
from shop.money.settlements.models import Settlement, SettlementLine
from tests.shop.money.settlements.earned import earned, settled, store

WATCHED = ("Settlement", "Payout", "PayoutBatch", "Payment", "Operation", "Dispute")
TRIGGER = """
SELECT pg_get_triggerdef(oid) FROM pg_trigger
WHERE tgrelid = %s::regclass AND tgname = 'takes_steps'
"""
REPLACE = (
    "CREATE OR REPLACE TRIGGER takes_steps BEFORE UPDATE OF state ON {} FOR EACH ROW "
    "WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION shop_state_steps('{}')"
)


def run(sql, *values):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0] if cursor.description else None


@pytest.mark.django_db
@pytest.mark.parametrize("name", WATCHED)
def test_a_state_of_money_takes_the_steps_of_its_model_by_sql_as_well(name):
    model = apps.get_model("shop", name)
    wanted = {f"{now}>{after}" for now in model.State for after in model.NEXT[now]}

    [listed] = re.findall(r"shop_state_steps\('(.*)'\)", run(TRIGGER, model._meta.db_table))

    replace = REPLACE.format(model._meta.db_table, " ".join(sorted(wanted)))
    assert set(listed.split()) == wanted, f"a migration has to say: {replace}"


@pytest.mark.django_db
def test_every_state_is_one_of_its_words_in_the_database():
    models = [model for model in apps.get_models() if issubclass(model, Stateful)]

    assert len(models) > 30
    for model in models:
        assert isinstance(model._meta.get_field("state"), ChoiceField), model.__name__
        checks = run(
            "SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype = 'c'",
            model._meta.db_table,
        )
        for state in model.State.values:
            assert f"'{state}'" in checks, (model.__name__, state)


@pytest.fixture
def paid(till):
    """Give a final settlement with its payout."""
    merchant = store()
    earned(till, merchant)
    row = settled(merchant)
    run("SET CONSTRAINTS ALL IMMEDIATE")
    return row


BY_SQL = {
    "a settlement goes back": "UPDATE shop_settlement SET state = 'draft'",
    "a state that is none": "UPDATE shop_payment SET state = 'zzz'",
    "a payment goes back": "UPDATE shop_payment SET state = 'creating'",
    "a doubled payout": "UPDATE shop_payout SET amount = amount * 2",
    "a payout to another account": "UPDATE shop_payout SET reference = 'BB-P-QK7M2VRD'",
    "a payout is deleted": "DELETE FROM shop_payout",
    "payouts are emptied": "TRUNCATE shop_payout CASCADE",
    "settlements are emptied": "TRUNCATE shop_settlement CASCADE",
    "lines are emptied": "TRUNCATE shop_settlementline",
    "documents are emptied": "TRUNCATE shop_document CASCADE",
    "entries are emptied": "TRUNCATE shop_ledgerentry CASCADE",
    "transactions are emptied": "TRUNCATE shop_ledgertransaction CASCADE",
    "another payout": "INSERT INTO shop_payout (settlement_id, method_id, amount, reference,"
    " made_at, state) SELECT settlement_id, method_id, amount + 1, 'BB-P-QK7M2VRD', now(),"
    " 'failed' FROM shop_payout",
    "a currency that is none": "UPDATE shop_order SET currency = 'usd'",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("sql", BY_SQL.values(), ids=BY_SQL.keys())
def test_what_no_code_of_ours_does_is_refused_by_the_database(paid, sql):
    with pytest.raises(IntegrityError):
        run(sql)


@pytest.mark.django_db
def test_a_final_settlement_claims_nothing_more(paid):
    line = SettlementLine.objects.filter(settlement=paid).first()
    free = run(
        "SELECT e.id FROM shop_ledgerentry e LEFT JOIN shop_settlementline l ON l.entry_id = e.id"
        " WHERE l.id IS NULL LIMIT 1"
    )

    with pytest.raises(IntegrityError, match="stays"):
        run(
            "INSERT INTO shop_settlementline (settlement_id, entry_id, amount) VALUES (%s, %s, 1)",
            line.settlement_id,
            free,
        )

    assert Settlement.objects.get().state == Settlement.State.FINAL
