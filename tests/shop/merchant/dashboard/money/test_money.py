"""A store's money in one place: owed, held and why, settled, paid; and where it is paid."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.test import Client

from shop.merchant.applications.forms import ApplicantForm
from shop.merchant.dashboard.money import views
from shop.merchant.moderation.suspend import suspend
from shop.money.returns.ask import ask
from shop.money.settlements.make import approve, draft
from shop.money.settlements.methods import (
    add_method,
    close_method,
    confirm_method,
    current_method,
    restrict,
)
from shop.money.settlements.models import PayoutMethod, Settlement
from shop.money.settlements.payouts import queue_what_waits
from shop.money.settlements.seal import unseal
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.shop.money.returns.sold import paid, sent, wish
from tests.shop.money.settlements.earned import (
    ACCOUNT,
    DAY,
    MONDAY,
    RELEASED,
    earned,
    settled,
    store,
)
from tests.shop.people.accounts.people import PASSWORD, signed_in

pytestmark = pytest.mark.django_db
TYPED = {"rail": "bank", "holder": "Iveti Hills Market Ltd", "account": "0110 0927 74471",
         "bank": "Equity Bank", "bic": "eqblkena"}  # fmt: skip


@pytest.fixture
def merchant(till):
    return store()


@pytest.fixture
def browser(client, merchant):
    client.force_login(make.member(merchant))
    return client


def fresh(user):
    """Return a browser in which somebody has just typed the password once more."""
    browser = signed_in(user)
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    return browser


def where(merchant, page=""):
    return f"/merchant/{merchant.slug}/money/{page}"


def test_each_figure_is_the_ledgers_and_what_is_held_says_why(browser, till, merchant, clock_at):
    earned(till, merchant)
    order = earned(till, merchant)
    ask(order.pk, order.suborders.get().pk, "return", wish(order, 1, "broken"), at=NOON + 4 * DAY)
    paid(till, {make.variant(10_00, of=make.product(of=merchant)): 1}, at=NOON)
    clock_at(RELEASED)

    page = browser.get(where(merchant)).text

    assert "$90.00" in page
    assert "$99.00" in page  # held: a return, and what was not sent
    assert "The shopper asks for something back." in page
    assert "Not sent yet." in page
    answer = browser.get(where(merchant, "held.csv"))
    rows = list(csv.reader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    assert sorted(row[1] for row in rows[1:]) == ["9.00", "90.00"]


def test_a_settlement_is_read_line_by_line_and_taken_away(browser, till, merchant, clock_at):
    earned(till, merchant)
    made = settled(merchant)
    clock_at(MONDAY)

    page = browser.get(where(merchant, f"{made.pk}/")).text
    assert made.number in page
    assert "$90.00" in page
    answer = browser.get(where(merchant, f"{made.pk}.csv"))
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert (rows[1][2], rows[1][-1], rows[-1][2], rows[-1][-1]) == (
        "goods", "90.00", "total", "90.00")  # fmt: skip
    assert browser.get(where(merchant, f"{made.pk}.xlsx")).content[:2] == b"PK"


def test_a_draft_says_what_it_comes_to_now_and_what_is_kept_back(browser, till, merchant, clock_at):
    order = earned(till, merchant)
    earned(till, merchant, 4)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    clock_at(MONDAY)
    order.suborders.update(held_at=MONDAY)

    page = browser.get(where(merchant, f"{made.pk}/")).text

    assert "$72.00" in page
    assert "$162.00" not in page
    assert "These sums are as of now." in page
    assert "Kept back, until when and why" in page
    assert order.number in page
    assert "An organizer keeps it." in page
    assert "$162.00" not in browser.get(where(merchant)).text
    sheet = browser.get(where(merchant, f"{made.pk}.csv")).content.decode("utf-8-sig")
    assert "72.00" in sheet
    assert order.number not in sheet


def test_all_that_is_kept_back_from_a_draft_is_shown_page_by_page(
    browser, till, merchant, clock_at, monkeypatch
):
    monkeypatch.setattr(views, "SHOWN", 1)
    orders = [earned(till, merchant) for _order in range(2)]
    earned(till, merchant, 4)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    clock_at(MONDAY)
    for order in orders:
        order.suborders.update(held_at=MONDAY)

    first = browser.get(where(merchant, f"{made.pk}/")).text
    before = orders[1].suborders.get().pk
    second = browser.get(where(merchant, f"{made.pk}/?before={before}")).text

    assert f'href="?before={before}"' in first
    assert (orders[1].number in first, orders[0].number in first) == (True, False)
    assert (orders[1].number in second, orders[0].number in second) == (False, True)


def test_the_total_is_labelled_by_what_has_become_of_it(browser, till, merchant, clock_at):
    earned(till, merchant)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    clock_at(MONDAY)

    def label():
        page = browser.get(where(merchant, f"{made.pk}/")).text
        return re.findall('<dt class="total">(.*?)</dt>', page)

    assert label() == ["To be paid to you"]
    approve(made.pk, seen=90_00, at=MONDAY, by=make.user())
    assert label() == ["To be paid to you"]
    made.refresh_from_db()
    made.move_to("paying")
    made.move_to("paid", paid_at=MONDAY)
    assert label() == ["Paid to you"]


def test_a_store_asks_for_it_and_again_only_after_a_week(browser, till, merchant, clock_at):
    earned(till, merchant)
    clock_at(RELEASED)

    first = browser.post(where(merchant, "ask/"), follow=True)
    second = browser.post(where(merchant, "ask/"), follow=True)

    assert "is being checked" in first.text
    assert "within the last seven days" in second.text
    assert Settlement.objects.get().asked


def test_strangers_and_members_without_money_see_nothing(till, merchant, client):
    earned(till, merchant)
    made = settled(merchant)
    client.force_login(make.member(merchant, role="manager"))
    for page in ("", "held.csv", f"{made.pk}/", f"{made.pk}.csv", "account/"):
        assert client.get(where(merchant, page)).status_code == 403
    other = store()
    client.force_login(make.member(other))
    assert client.get(where(merchant)).status_code == 404
    assert client.get(where(other, f"{made.pk}/")).status_code == 404


def test_p12_an_account_is_typed_only_after_signing_in_anew(till, merchant, client):
    client.force_login(make.member(merchant))

    answer = client.post(where(merchant, "account/"), TYPED)

    assert answer.status_code == 302
    assert "/reauthenticate/" in answer["Location"]
    assert PayoutMethod.objects.count() == 1


def test_an_account_is_kept_sealed_and_shown_by_its_last_digits(till):
    merchant = make.merchant()
    browser = fresh(make.member(merchant))

    answer = browser.post(where(merchant, "account/"), TYPED, follow=True)

    row = PayoutMethod.objects.get()
    assert "Kept." in answer.text
    assert "•••• 4471" in answer.text
    assert "01100927" not in answer.text
    assert (row.state, row.country) == ("new", merchant.country)
    browser.post(where(merchant, f"account/{row.pk}/close/"))
    row.refresh_from_db()
    assert row.state == "closed"


@pytest.mark.parametrize(("facts", "said"), [
    ({"account": "GB33 BUKB 2020 1555 5555 56"}, "This IBAN has a mistake"),
    ({"account": "07 00"}, ""),
    ({"account": "?" * 12}, "4 to 34 letters and digits"),
    ({"bic": "EQB"}, "A BIC has eight or eleven"),
    ({"rail": "mobile", "account": "0700"}, "a phone number with the country code, like +254"),
    ({"holder": ""}, "This field is required"),
])  # fmt: skip
def test_an_account_that_cannot_be_is_refused_with_what_to_do(till, facts, said):
    merchant = make.merchant()
    browser = fresh(make.member(merchant))

    answer = browser.post(where(merchant, "account/"), TYPED | facts)

    if said:
        assert answer.status_code == 422
        assert said in answer.text
        assert not PayoutMethod.objects.exists()


def test_a_right_iban_and_a_telephone_are_taken(till):
    for facts in ({"account": "GB33 BUKB 2020 1555 5555 55"},
                  {"rail": "mobile", "account": "+254 700 123456", "bank": "M-Pesa"}):  # fmt: skip
        merchant = make.merchant()
        browser = fresh(make.member(merchant))
        assert browser.post(where(merchant, "account/"), TYPED | facts).status_code == 302
    assert PayoutMethod.objects.count() == 2


@pytest.mark.parametrize("typed", ["0712 123456", "+254 (0)712-123456", "٠٧١٢١٢٣٤٥٦"])
def test_a_telephone_is_read_as_the_application_reads_it(till, typed):
    merchant = make.merchant(country="KE")
    make.origin("KE")
    facts = TYPED | {"rail": "mobile", "account": typed, "bank": "M-Pesa"}
    who = ApplicantForm({"country": "KE", "phone": typed})

    assert fresh(make.member(merchant)).post(where(merchant, "account/"), facts).status_code == 302

    who.is_valid()
    assert unseal(PayoutMethod.objects.get().sealed)["account"] == "+254712123456"
    assert who.cleaned_data["phone"] == "+254 712 123456"


def test_a_wrong_account_of_another_store_cannot_be_closed(browser, till, merchant):
    other = store()
    row = current_method(other, at=MONDAY)

    assert browser.post(where(merchant, f"account/{row.pk}/close/")).status_code == 404
    assert browser.post(where(other, f"account/{row.pk}/close/")).status_code == 404


def test_the_page_costs_the_same_for_one_as_for_many(browser, till, merchant, clock_at):
    def costs():
        with statements(most=26) as taken:
            assert browser.get(where(merchant)).status_code == 200
        return taken

    earned(till, merchant)
    clock_at(NOON + timedelta(days=4))
    costs()
    for _n in range(3):
        order = paid(till, {make.variant(of=make.product(of=merchant)): 1}, at=NOON)
        sent(order)
    clock_at(NOON + timedelta(days=4))
    costs()


def test_guests_are_led_to_the_sign_in(merchant):
    assert Client().get(where(merchant)).status_code == 302


def test_dates_of_settlements_are_those_of_utc_wherever_the_store_is(till, client, clock_at):
    merchant = store(country="CV")  # an hour behind
    client.force_login(make.member(merchant))
    earned(till, merchant)
    made = settled(merchant)
    clock_at(MONDAY)

    assert "Up to 31 May 2027, 00:00 UTC" in client.get(where(merchant, f"{made.pk}/")).text
    assert "<b>7 June</b>" in client.get(where(merchant)).text


def test_a_try_that_never_left_the_desk_is_not_told_as_the_banks_word(
    browser, till, merchant, clock_at
):
    earned(till, merchant)
    made = settled(merchant)
    dropped = made.payouts.get()
    close_method(dropped.method_id, at=MONDAY, by=make.user())
    queue_what_waits(at=MONDAY)
    dropped.refresh_from_db()
    clock_at(MONDAY)

    assert dropped.state == "void"
    page = browser.get(where(merchant, f"{made.pk}/")).text
    assert dropped.reference not in page
    assert dropped.ended_why not in page
    assert dropped.reference not in browser.get(where(merchant)).text


def test_a_suspended_store_reads_that_it_is_paid_later_and_cannot_ask(
    browser, till, merchant, clock_at
):
    earned(till, merchant)
    suspend(merchant, "Papers", at=RELEASED, by=make.user())
    clock_at(RELEASED)

    page = browser.get(where(merchant)).text
    answer = browser.post(where(merchant, "ask/"), follow=True)

    assert "Nothing is settled or paid while your store is suspended" in page
    assert "Ask for it today" not in page
    assert "you are paid once it is open again" in answer.text
    assert not Settlement.objects.exists()


def test_a_store_whose_settlement_is_checked_is_told_so(browser, till, merchant, clock_at):
    earned(till, merchant)
    draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    earned(till, merchant, at=NOON + 30 * DAY)
    clock_at(NOON + 60 * DAY)

    answer = browser.post(where(merchant, "ask/"), follow=True)

    assert "is being checked already" in answer.text
    assert not Settlement.objects.filter(asked=True).exists()


def test_why_a_store_cannot_be_paid_is_said_as_it_is(till, merchant, client, clock_at):
    bare = make.merchant()
    client.force_login(make.member(bare))
    assert "Tell us where to pay you." in client.get(where(bare)).text
    made = add_method(bare, ACCOUNT, rail="bank", at=NOON, by=make.member(bare))
    clock_at(NOON + DAY)
    assert "Your account is not used yet" in client.get(where(bare)).text
    confirm_method(made.pk, at=NOON, by=make.user(), reason="Letter of the bank")
    assert "Your account is not used yet" in client.get(where(bare)).text
    restrict(made)
    assert "A payment to your account came back" in client.get(where(bare)).text


def test_less_than_the_least_sum_is_not_promised_for_the_next_settlement(
    browser, till, merchant, clock_at
):
    earned(till, merchant, units=1)
    clock_at(RELEASED)
    assert "waits: see below" in browser.get(where(merchant)).text
    earned(till, merchant)
    assert "in the next settlement" in browser.get(where(merchant)).text
