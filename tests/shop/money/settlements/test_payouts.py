"""P11, P12, P44-P50: accounts by two people, files for the bank, proofs, and what comes back."""

import csv
import hashlib
from datetime import timedelta
from io import StringIO
from xml.etree import ElementTree as ET

import pytest
from django.core import mail
from django.db import IntegrityError

from shop.core.errors import NotPossible
from shop.money.ledger.balances import balance, owed_to
from shop.money.ledger.models import LedgerTransaction
from shop.money.money_tasks.models import MoneyTask
from shop.money.settlements import payouts
from shop.money.settlements.files import NAMESPACE, PROFILES
from shop.money.settlements.methods import (
    ACCOUNT_KEPT_FOR,
    WAIT,
    add_method,
    close_method,
    close_replaced,
    confirm_method,
    current_method,
    forget_accounts,
    trust_again,
)
from shop.money.settlements.models import Payout, PayoutBatch, PayoutMethod, Settlement
from shop.money.settlements.payouts import check_letter
from shop.money.settlements.proofs import BankProof, pay_elsewhere, prove
from shop.money.settlements.seal import unseal
from shop.people.merchants.models import Merchant
from tests import make
from tests.paying import assert_books_agree
from tests.queue import run_queued_work
from tests.shop.money.settlements.earned import (
    ACCOUNT,
    DAY,
    MONDAY,
    account,
    earned,
    settled,
    store,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 advice"


@pytest.fixture
def merchant(till):
    return store()


@pytest.fixture
def payout(till, merchant):
    earned(till, merchant)
    settled(merchant)
    return Payout.objects.get()


def batch(*rows, profile="statement_csv", by=None):
    return payouts.make_batch([row.pk for row in rows], profile, at=MONDAY, by=by or make.user())


def exported(*rows, **facts):
    made = batch(*rows, **facts)
    return payouts.export(made.pk, at=MONDAY, by=make.user())


def proof(**facts):
    known = {"bank_reference": "FT26350K81TX", "paid_on": MONDAY.date(), "amount": 90_00}
    return BankProof(**known | facts)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def test_p44_a_batch_gives_the_same_bytes_as_often_as_it_is_asked(payout):
    made = exported(payout)
    first = payouts.file_of(made)

    again = payouts.export(made.pk, at=MONDAY + DAY, by=make.user())

    assert payouts.file_of(again) == first
    assert made.sha256 == hashlib.sha256(first).hexdigest()
    assert payout.reference in first.decode("utf-8-sig")
    assert b"0110092774471" not in bytes(fresh(made).content)


def test_p45_a_payout_is_in_one_batch_alone(payout):
    batch(payout)

    with pytest.raises(NotPossible, match="another file"):
        batch(payout)

    assert PayoutBatch.objects.count() == 1


def test_p46_above_a_sum_its_maker_neither_exports_nor_closes_it(payout, settings):
    settings.BATCH_ALONE_UP_TO = 89_99
    maker = make.user()
    made = batch(payout, by=maker)

    with pytest.raises(NotPossible, match="Somebody else"):
        payouts.export(made.pk, at=MONDAY, by=maker)
    payouts.export(made.pk, at=MONDAY, by=make.user())
    prove(payout.pk, proof(), at=MONDAY, by=maker)
    with pytest.raises(NotPossible, match="Somebody else"):
        payouts.close_batch(made.pk, at=MONDAY, by=maker)
    payouts.close_batch(made.pk, at=MONDAY, by=make.user())

    assert fresh(made).state == "closed"


@pytest.mark.parametrize(("facts", "said"), [
    ({"bank_reference": " "}, "Type the bank's reference"),
    ({"amount": 89_99}, "another amount"),
    ({"paid_on": MONDAY.date() + DAY}, "has not come"),
    ({"paid_on": MONDAY.date() - 2 * DAY}, "before the file was made"),
    ({"content": PDF + b"x" * 5 * 1024 * 1024}, "more than 5 MB"),
    ({"content": b"MZ\x90\x00", "name": "proof.pdf"}, "is no PDF, PNG"),
])  # fmt: skip
def test_p47_what_is_no_proof_changes_nothing(payout, facts, said):
    exported(payout)

    with pytest.raises(NotPossible, match=said):
        prove(payout.pk, proof(**facts), at=MONDAY, by=make.user())

    assert fresh(payout).state == "exported"
    assert balance("transit", "USD") == -90_00


def test_p47_a_reference_proves_one_payout(till, payout):
    other = store()
    earned(till, other)
    settled(other)
    second = Payout.objects.exclude(pk=payout.pk).get()
    exported(payout, second)
    prove(payout.pk, proof(), at=MONDAY, by=make.user())

    with pytest.raises(NotPossible, match=payout.reference):
        prove(second.pk, proof(), at=MONDAY, by=make.user())

    assert fresh(second).state == "exported"


def test_the_books_know_the_day_of_a_payment_that_is_proved_later(payout):
    exported(payout)
    before = LedgerTransaction.objects.latest("pk")

    prove(payout.pk, proof(paid_on=MONDAY.date() - DAY), at=MONDAY, by=make.user())

    booked = LedgerTransaction.objects.get(pk__gt=before.pk)
    assert (booked.at, booked.happened_at.date()) == (MONDAY, MONDAY.date() - DAY)


def test_a_proof_closes_the_settlement_books_the_fee_and_tells_the_store(payout):
    exported(payout)
    mail.outbox.clear()

    prove(payout.pk, proof(fee=2_00, content=PDF, name="advice.pdf"), at=MONDAY,
                  by=make.user())  # fmt: skip
    run_queued_work()

    assert (fresh(payout).state, fresh(payout.settlement).state) == ("done", "paid")
    assert payout.proof.kind == "application/pdf"
    assert (balance("transit", "USD"), balance("bank", "USD")) == (0, -92_00)
    assert balance("fees", "USD") == 2_00
    assert owed_to(payout.settlement.merchant, "USD") == 0
    paid_mail = [one for one in mail.outbox if "on its way to you" in one.subject]
    assert paid_mail
    assert not [one for one in paid_mail if "4471" in one.body]
    assert_books_agree()


def test_p48_a_hostile_name_is_an_inert_cell_and_foreign_letters_stay(till):
    merchant = make.merchant(commission_bp=1_000)
    account(merchant, holder="=cmd() é ọ ' & <b>")
    earned(till, merchant)
    settled(merchant)
    payout = Payout.objects.get()

    text = payouts.file_of(exported(payout)).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text)))

    assert rows[1][1] == "'=cmd() é ọ ' & <b>"
    assert rows[1][3] == "0110092774471"
    xml = PROFILES["pain.001"].write(PayoutBatch.objects.get(), [payout])
    tree = ET.fromstring(xml)  # noqa: S314 - our own
    names = [node.text for node in tree.iter(f"{{{NAMESPACE}}}Nm")]
    assert "=cmd() é ọ ' & <b>" in names
    assert tree.find(f".//{{{NAMESPACE}}}CtrlSum").text == "90.00"
    assert tree.find(f".//{{{NAMESPACE}}}EndToEndId").text == payout.reference


def test_p49_mobile_money_has_no_plus_no_dash_and_a_thousand_rows(till):
    merchant = make.merchant(commission_bp=1_000)
    account(merchant, rail="mobile", account="+254700123456", operator="MPESA_KEN")
    earned(till, merchant)
    settled(merchant)
    payout = Payout.objects.get()

    text = payouts.file_of(exported(payout, profile="pawapay_batch")).decode("utf-8-sig")
    row = list(csv.reader(StringIO(text)))[1]

    assert (row[3], row[4]) == ("254700123456", "90.00")
    assert row[5] == payout.reference.replace("-", "")
    assert 4 <= len(row[5]) <= 22
    with pytest.raises(NotPossible, match="two files"):
        PROFILES["pawapay_batch"].check([payout] * 1_001)
    with pytest.raises(NotPossible, match="alone"):
        PROFILES["statement_csv"].check([payout])


def test_p50_what_the_bank_returns_is_owed_again_and_paid_by_the_same_settlement(payout):
    exported(payout)
    prove(payout.pk, proof(), at=MONDAY, by=make.user())
    merchant = payout.settlement.merchant

    payouts.came_back(payout.pk, 88_00, reason="Account closed", at=MONDAY + DAY, by=make.user())

    task = MoneyTask.objects.get()
    assert (fresh(payout).state, fresh(payout.settlement).state) == ("returned", "final")
    assert (owed_to(merchant, "USD"), balance("fx", "USD"), task.kind) == (
        90_00, 2_00, "payout_back")  # fmt: skip
    assert fresh(payout.method).state == "restricted"
    with pytest.raises(NotPossible, match="no account"):
        payouts.pay_again(payout.settlement_id, at=MONDAY + DAY)

    account(merchant, at=MONDAY + DAY, account="0999")
    payouts.queue_what_waits(at=MONDAY + DAY + WAIT)
    payouts.queue_what_waits(at=MONDAY + DAY + WAIT)

    second = Payout.objects.exclude(pk=payout.pk).get()
    assert (second.amount, second.settlement) == (90_00, payout.settlement)
    task.refresh_from_db()
    assert task.state == "done"
    assert_books_agree()


def test_what_the_bank_did_not_pay_is_owed_again(payout):
    exported(payout)

    payouts.fail(payout.pk, reason="Name differs", at=MONDAY, by=make.user())
    trust_again(payout.method_id, at=MONDAY, by=make.user(), reason="A typing error of the bank")
    payouts.pay_again(payout.settlement_id, at=MONDAY)

    assert (fresh(payout).state, balance("transit", "USD")) == ("failed", 0)
    assert Payout.objects.filter(state="queued").count() == 1
    assert_books_agree()


def test_what_is_left_out_waits_for_the_next_file(payout):
    made = batch(payout)

    payouts.leave_out(payout.pk, at=MONDAY, by=make.user())

    assert (fresh(payout).batch, fresh(made).state) == (None, "void")
    assert batch(payout).state == "open"


def test_files_go_after_their_days_and_their_hash_stays(payout):
    made = exported(payout)

    payouts.forget_files(at=MONDAY + timedelta(days=30))

    with pytest.raises(NotPossible, match="kept for 30 days"):
        payouts.file_of(fresh(made))
    assert fresh(made).sha256


def test_references_find_a_letter_that_was_typed_wrong_or_swapped():
    reference = payouts.new_reference()
    letters, last = reference[5:12], reference[12]
    assert check_letter(letters) == last
    swapped = letters[1] + letters[0] + letters[2:]
    if swapped != letters:
        assert check_letter(swapped) != last


def test_p11_an_account_needs_a_second_person_and_three_days(till):
    merchant = make.merchant()
    owner = make.member(merchant)
    mail.outbox.clear()
    made = add_method(merchant, ACCOUNT, rail="bank", at=MONDAY, by=owner)
    run_queued_work()
    assert [message.to for message in mail.outbox] == [[owner.email]]
    assert "0110092774471" not in mail.outbox[0].body

    with pytest.raises(NotPossible, match="Somebody else"):
        confirm_method(made.pk, at=MONDAY, by=owner, reason="Mine")
    confirm_method(made.pk, at=MONDAY + timedelta(hours=1), by=make.user(), reason="Letter")

    assert current_method(merchant, at=MONDAY + WAIT - timedelta(seconds=1)) is None
    assert current_method(merchant, at=MONDAY + WAIT) == made
    assert unseal(made.sealed) == ACCOUNT
    assert b"0110092774471" not in bytes(made.sealed)
    with pytest.raises(IntegrityError):
        PayoutMethod.objects.filter(pk=made.pk).update(confirmed_by=owner)


def test_the_old_account_is_used_until_the_new_one_may_be(merchant):
    old = current_method(merchant, at=MONDAY)
    new = account(merchant, at=MONDAY, account="0999")

    assert current_method(merchant, at=MONDAY + WAIT - timedelta(seconds=1)) == old
    assert current_method(merchant, at=MONDAY + WAIT) == new
    close_replaced(at=MONDAY + WAIT)

    assert (fresh(old).state, fresh(new).state) == ("closed", "ready")


def test_a_payout_whose_account_was_restricted_meanwhile_is_not_exported(payout):
    made = batch(payout)
    PayoutMethod.objects.update(state="restricted")

    with pytest.raises(NotPossible, match="cannot be used"):
        payouts.export(made.pk, at=MONDAY, by=make.user())

    assert fresh(made).state == "open"
    assert Settlement.objects.get().state == "final"


def test_a_payout_to_a_closed_account_ends_and_another_one_is_queued(payout):
    merchant = payout.settlement.merchant
    new = account(merchant, at=MONDAY, account="0999")
    close_replaced(at=MONDAY + WAIT)

    payouts.queue_what_waits(at=MONDAY + WAIT)

    second = Payout.objects.exclude(pk=payout.pk).get()
    assert (fresh(payout).state, second.state, second.method) == ("void", "queued", new)
    assert_books_agree()


def test_a_suspended_store_is_not_paid_until_it_is_open_again(payout):
    made = batch(payout)
    Merchant.objects.update(state="suspended")

    with pytest.raises(NotPossible, match="is suspended: leave"):
        payouts.export(made.pk, at=MONDAY, by=make.user())
    payouts.leave_out(payout.pk, at=MONDAY, by=make.user())
    Payout.objects.update(state="void")
    with pytest.raises(NotPossible, match="is suspended"):
        payouts.pay_again(payout.settlement_id, at=MONDAY)
    assert payouts.queue_what_waits(at=MONDAY) == 0

    Merchant.objects.update(state="approved")
    assert payouts.queue_what_waits(at=MONDAY) == 1


def test_what_one_person_exports_alone_within_a_day_counts_together(till, payout, settings):
    settings.BATCH_ALONE_UP_TO = 179_99
    other, alone = store(), make.user()
    earned(till, other)
    settled(other)
    first, second = (batch(row, by=alone) for row in Payout.objects.order_by("pk"))
    payouts.export(first.pk, at=MONDAY, by=alone)

    with pytest.raises(NotPossible, match="Somebody else"):
        payouts.export(second.pk, at=MONDAY + DAY - timedelta(seconds=1), by=alone)
    payouts.export(second.pk, at=MONDAY + DAY, by=alone)

    assert Payout.objects.filter(state="exported").count() == 2


def test_a_settlement_that_was_paid_another_way_is_paid_with_its_proof(payout, settings):
    settlement = payout.settlement
    exported(payout)
    payouts.fail(payout.pk, reason="Account closed", at=MONDAY, by=make.user())
    settings.BATCH_ALONE_UP_TO = 89_99

    with pytest.raises(NotPossible, match="you approved it"):
        pay_elsewhere(settlement.pk, proof(), at=MONDAY, by=fresh(settlement).approved_by)
    with pytest.raises(NotPossible, match="another amount"):
        pay_elsewhere(settlement.pk, proof(amount=1), at=MONDAY, by=make.user())
    assert fresh(settlement).state == "final"
    made = pay_elsewhere(settlement.pk, proof(), at=MONDAY, by=make.user())
    with pytest.raises(NotPossible, match="it is paid"):
        pay_elsewhere(settlement.pk, proof(), at=MONDAY, by=make.user())

    assert (fresh(made).state, fresh(settlement).state) == ("done", "paid")
    assert MoneyTask.objects.get().state == "done"
    assert owed_to(settlement.merchant, "USD") == 0
    assert_books_agree()


def test_closed_accounts_are_forgotten_after_thirteen_months(merchant):
    old = current_method(merchant, at=MONDAY)
    close_method(old.pk, at=MONDAY, by=make.user())

    forget_accounts(at=MONDAY + ACCOUNT_KEPT_FOR - timedelta(seconds=1))
    assert fresh(old).masked
    forget_accounts(at=MONDAY + ACCOUNT_KEPT_FOR)

    assert (fresh(old).masked, fresh(old).holder, bytes(fresh(old).sealed)) == ("", "", b"")
