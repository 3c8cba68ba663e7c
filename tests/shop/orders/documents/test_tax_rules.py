"""Who owes the tax inside a price, by the rules of organizers; no total changes by them."""

import pytest

from shop.catalogue.delivery.models import TaxRule
from shop.catalogue.delivery.taxes import rules_of, treatment
from shop.core.errors import NotPossible
from shop.festivals.changelog import ChangedMeanwhile
from shop.festivals.models import ChangeLog
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting import refunds, sales
from shop.orders.documents.rules import TaxRuleFacts, keep_rule, remove_rule
from shop.orders.models import OrderLine, Suborder
from shop.orders.refund import Amount
from shop.storefront.cache import catalogue_version
from tests import make
from tests.make import NOON
from tests.shop.orders.documents.sold import invoice_of, pay, refund, taxed

NAMES = ("seller", "buyer", "up_to", "treatment", "rate_bp")
EUROPE = [
    ("", "DE", 150_00, "platform", 1_900),
    ("", "DE", None, "export", None),
    ("KE", "DE", 100_00, "domestic", None),
    ("KE", "", None, "platform", 1_600),
]


def treated(seller, buyer, value, own_bp=700, rules=EUROPE):
    known = rules_of(dict(zip(NAMES, rule, strict=True)) for rule in rules)
    found = treatment(known, seller=seller, buyer=buyer, value=value, own_bp=own_bp)
    return found.kind, found.vat_bp


@pytest.mark.parametrize(
    ("seller", "buyer", "value", "outcome"),
    [
        ("NG", "DE", 150_00, ("platform", 1_900)),
        ("NG", "DE", 150_01, ("export", 0)),
        ("KE", "DE", 100_00, ("domestic", 700)),
        ("KE", "DE", 100_01, ("platform", 1_900)),
        ("KE", "CN", 1, ("platform", 1_600)),
        ("NG", "NG", 1, ("domestic", 700)),
        ("NG", "CN", 1, ("export", 0)),
    ],
)
def test_the_rule_that_says_most_of_the_countries_counts(seller, buyer, value, outcome):
    assert treated(seller, buyer, value) == outcome


def test_who_is_not_registered_puts_no_tax_inside():
    assert treated("NG", "NG", 1, own_bp=0, rules=[]) == ("export", 0)


def facts(**changes):
    known = {"seller": "", "buyer": "CN", "up_to": None, "treatment": "platform",
             "rate_bp": 1_300, "source": "The law", "seen_on": NOON.date()}  # fmt: skip
    return TaxRuleFacts(**known | changes)


@pytest.fixture
def by():
    return make.user()


@pytest.mark.django_db
@pytest.mark.parametrize("rule", ["none", "export", "platform"])
def test_a_rule_moves_no_total(rule, by):
    if rule != "none":
        rate = 1_300 if rule == "platform" else None
        keep_rule(facts(treatment=rule, rate_bp=rate), at=NOON, by=by)
    catalogue_version.forget()
    make.delivery(5_00)

    order = make.order({make.variant(20_00, of=make.product(of=taxed(700))): 1})

    part = order.suborders.get()
    assert (order.total, part.payout, part.delivery_paid) == (25_00, 20_00, 5_00)
    expected = {"none": ("domestic", 700), "export": ("export", 0), "platform": ("platform", 1_300)}
    assert (part.tax, part.vat_bp) == expected[rule]


@pytest.mark.django_db
def test_a_rule_changes_no_order_that_was_placed(by):
    order = make.order({make.variant(20_00): 1})

    keep_rule(facts(), at=NOON, by=by)

    assert Suborder.objects.get(order=order).tax == "export"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"treatment": "export"}, "leave the rate empty"),
        ({"rate_bp": None}, "Say which rate"),
        ({"rate_bp": 5_001}, "at most 50"),
        ({"source": ""}, "cannot be blank"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(changes, why, by):
    with pytest.raises(NotPossible, match=why):
        keep_rule(facts(**changes), at=NOON, by=by)

    assert not TaxRule.objects.exists()
    assert not ChangeLog.objects.exists()


@pytest.mark.django_db
def test_there_is_one_rule_for_the_same_countries_and_value(by):
    keep_rule(facts(), at=NOON, by=by)

    with pytest.raises(NotPossible, match="There is a rule"):
        keep_rule(facts(rate_bp=900), at=NOON, by=by)

    assert TaxRule.objects.get().rate_bp == 1_300


@pytest.mark.django_db
def test_who_overtakes_somebody_is_told(by):
    rule = keep_rule(facts(), at=NOON, by=by)
    seen = ChangeLog.objects.latest("pk").pk
    keep_rule(facts(rate_bp=900), rule, seen=seen, at=NOON, by=by)

    with pytest.raises(ChangedMeanwhile):
        keep_rule(facts(rate_bp=800), rule, seen=seen, at=NOON, by=by)

    assert TaxRule.objects.get().rate_bp == 900
    remove_rule(rule, at=NOON, by=by)
    assert not TaxRule.objects.exists()
    assert ChangeLog.objects.latest("pk").before["rate_bp"] == 900


@pytest.mark.django_db
def test_the_books_owe_the_tax_that_papers_name_and_take_all_of_it_back():
    make.delivery(5_03)
    order = make.order({make.variant(19_99): 2})
    Suborder.objects.update(tax="platform", vat_bp=1_900)
    order = pay(order)
    sales.post_sale(order, at=NOON)
    line, part = OrderLine.objects.get(), Suborder.objects.get()
    for parts in ({line: Amount(1_11)}, {part: 2_00}, {line: 1}, {line: 1}):
        refunds.post_refund(refund(order, parts), at=NOON)

    invoice = invoice_of(order)
    owed = list(
        LedgerEntry.objects.filter(account="tax").order_by("pk").values_list("amount", flat=True)
    )
    [tax] = [row["tax"] for row in invoice.facts["taxes"]]
    assert owed[0] == -tax
    assert sum(owed) == 0
    credited = {
        paper.refund_id: paper.facts["taxes"][0]["tax"] for paper in invoice.corrections.all()
    }
    entries = LedgerEntry.objects.filter(account="tax", amount__gt=0)
    by_refund = {}
    for entry in entries.select_related("transaction"):
        pk = int(entry.transaction.reference.rpartition("-")[2])
        by_refund[pk] = by_refund.get(pk, 0) + entry.amount
    assert by_refund == credited
