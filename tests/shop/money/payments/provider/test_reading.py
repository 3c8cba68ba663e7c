"""Whatever field of an answer is spoiled: it is known as it was, or not understood; never other."""

import pytest

from shop.money.payments.provider import stripe_payouts, stripe_transfers
from shop.money.payments.provider.reading import NotUnderstood, known
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.remote.send import send_payouts
from shop.money.settlements.remote.transfers import send_transfers
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON, START
from tests.paying import begin, set_clocks
from tests.shop.money.payments.test_external import at_the_provider, sold
from tests.shop.money.settlements.earned import DAY, MONDAY, settled
from tests.shop.money.settlements.remote import owned
from tests.shop.money.settlements.remote.sent import STORAGE, flush, queued, store
from tests.shop.reports.reconciliation.worlds import line_of

pytestmark = [pytest.mark.django_db, pytest.mark.long]
GONE = object()
ODD = {"gone": GONE, "null": None, "word": "a word of tomorrow", "half": 7.5, "list": []}


def paths(body, before=""):
    """Yield the path of each field of an object, inner objects of the API apart."""
    for name, value in body.items():
        yield before + name
        if isinstance(value, dict) and "object" not in value:
            yield from paths(value, f"{before}{name}.")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from paths(value[0], f"{before}{name}.0.")


def otherwise(till, kind, id_, read):
    """Return the fields that are known, spoiled in some way, as something else than they are.

    Read over HTTP with each field of the object spoiled in each way; another error fails.
    """
    clean, found = read(), set()
    for path in paths(till.world.store.get(kind, id_)):
        for name, value in ODD.items():
            till.mend()
            odd = {"gone": True} if value is GONE else {"value": value}
            till.spoil(kind, path, of=id_ if path != "id" else "", **odd)
            try:
                said = read()
            except NotUnderstood:
                continue
            if said != clean:
                found.add(f"{path} {name}")
    till.mend()
    return found


def missing(*fields):
    return {f"{field} {how}" for field in fields for how in ("gone", "null")}


def words(*fields):
    """Any text could be meant by these: an id of another, a reason that is only told."""
    return {f"{field} word" for field in fields}


OURS = ("metadata.order", "metadata.payment", "metadata.shop")
KEY = ("metadata.operation",)


def test_each_field_of_a_session_its_intent_and_its_charge(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)

    def read():
        return gateway().session(payment.session_id)

    intent, charge = read().intent_id, read().charge_id

    # Without our metadata it is another shop's.
    of_session = words("id", "url", *OURS) | missing(*OURS) | {"metadata null"}
    assert otherwise(till, "checkout.session", payment.session_id, read) == of_session
    assert otherwise(till, "payment_intent", intent, read) == words("id")
    card = {f for f in otherwise(till, "charge", charge, read) if not f.startswith("payment_met")}
    assert card == words("id")


def test_each_field_of_a_refund(till):
    payment = sold(till)
    refund = at_the_provider(payment, 10_00)

    found = otherwise(till, "refund", refund, lambda: gateway().refund_now(refund))

    # Of no charge of ours it is another shop's.
    assert found == words("id", "charge", *KEY) | {"charge null"}


def test_each_field_of_a_dispute_and_of_a_line_of_the_balance(till):
    payment = sold(till)
    dispute = till.dispute(payment.charge_id)["id"]
    line = line_of(till, payment.charge_id)

    def read_line():
        page = gateway().balance_lines(START, NOON + DAY)
        return next((known(one) for one in page.lines if one.id == line), None)

    assert otherwise(till, "dispute", dispute, lambda: gateway().dispute_now(dispute)) == {
        *words("id", "charge", "reason", "status"),  # its state is judged where it is followed
        "charge null", "evidence_details.due_by null", "balance_transactions list",
    }  # fmt: skip
    assert otherwise(till, "balance_transaction", line, read_line) == {
        *words("id", "source", "type"), *missing("id"), "id half", "id list", "source null",
    }  # fmt: skip


def test_each_field_of_what_pays_stores(abroad):
    payout = queued(abroad, store(abroad))
    flush(abroad)
    send_payouts(at=MONDAY)
    payout.refresh_from_db()
    ask, bank, account = gateway(), payout.method.bank_id, payout.method.remote_id
    funding = next(iter(abroad.world.store.all("payout")))["id"]
    by_key = words("id", *KEY) | missing(*KEY) | {"metadata null"}

    def of(kind, id_, read):
        return otherwise(abroad, kind, id_, read)

    sent = of("v2.money_management.outbound_payment", payout.remote_id,
              lambda: stripe_payouts.payout_now(ask, payout.remote_id))  # fmt: skip
    assert {f for f in sent if not f.startswith("cancelable")} == {
        *by_key, *words("status", "to.recipient", "to.payout_method"),
        *missing("to.payout_method", "expected_arrival_date"),
    }  # fmt: skip
    assert of("payout", funding, lambda: stripe_payouts.funding_now(ask, funding)) <= by_key
    recipient = of("v2.core.account", account, lambda: stripe_payouts.recipient_now(ask, account))
    assert not any(field.endswith((" word", " half")) for field in recipient - words("id"))
    banks = of("v2.money_management.payout_method", bank,
               lambda: stripe_payouts.banks_of(ask, account))  # fmt: skip
    # A bank without currencies, or without anything, is one that nothing is sent to.
    nothing = {"bank_account list", "bank_account.supported_currencies list"}
    assert {f for f in banks if f.endswith((" half", " list"))} == nothing
    there = of("v2.money_management.financial_account", STORAGE,
               lambda: stripe_payouts.storage_available(ask, STORAGE, "USD"))  # fmt: skip
    assert there == set()


def test_each_field_of_a_transfer(connected):
    owned.case_66(connected, owned.store(connected))
    settled(Merchant.objects.latest("pk"))
    set_clocks(connected, MONDAY)
    send_transfers(at=MONDAY)
    transfer = next(iter(connected.world.store.all("transfer")))["id"]

    found = otherwise(connected, "transfer", transfer,
                      lambda: stripe_transfers.transfer_now(gateway(), transfer))  # fmt: skip

    assert found == words("id", *KEY) | missing(*KEY) | {"metadata null"}
