"""Organizers approve settlements, send files to the bank, prove them, and confirm accounts."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cms.dashboard.payouts import settlements
from shop.money.money_tasks.models import MoneyTask
from shop.money.settlements.make import approve, draft
from shop.money.settlements.methods import add_method
from shop.money.settlements.models import Payout, PayoutBatch, PayoutMethod, Settlement
from tests import make
from tests.budgets import statements
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree, set_clocks
from tests.shop.money.settlements.earned import ACCOUNT, MONDAY, earned, settled, store

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def till(sandbox, clock_at):
    """Give a sandbox whose clock, like the shop's, says noon of the festival's third day."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    return sandbox


@pytest.fixture
def desk(client, till):
    """Be an organizer at the desk."""
    client.force_login(organizer())
    return client


@pytest.fixture
def merchant(till):
    return store()


def test_a_draft_is_looked_at_line_by_line_and_approved(desk, till, merchant, clock_at):
    earned(till, merchant)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    clock_at(MONDAY + HOUR)
    assert made.number in desk.get("/organize/settlements/").text
    page = desk.get(f"/organize/settlements/{made.pk}/").text
    assert "$90.00" in page
    assert "$10.00" in page  # commission

    desk.post(f"/organize/settlements/{made.pk}/approve/", {"seen": "9000"})

    assert Settlement.objects.get().state == "final"
    assert "$90.00" in desk.get("/organize/payouts/").text


def test_many_are_approved_and_one_that_changed_is_named(desk, till, clock_at):
    rows = []
    for _n in range(2):
        one = store()
        earned(till, one)
        rows.append(draft(one.pk, cut_off=MONDAY, at=MONDAY))
    clock_at(MONDAY + HOUR)
    page = desk.get("/organize/settlements/approve/").text
    assert "seen-" in page
    assert "Totals are computed every five minutes" in page
    assert "Totals of drafts are computed every five minutes;" in (
        desk.get("/organize/settlements/").text
    )

    answer = desk.post("/organize/settlements/approve/", {
        "pick": [row.pk for row in rows] + ["x", "9" * 5_000],
        f"seen-{rows[0].pk}": "9000", f"seen-{rows[1].pk}": "9001"}, follow=True)  # fmt: skip

    assert "1 approved." in answer.text
    assert "comes to $90.00 now. Nothing is approved." in answer.text
    assert sorted(Settlement.objects.values_list("state", flat=True)) == ["draft", "final"]


def test_what_changed_between_the_look_and_the_press_is_shown_and_approved_then(
    desk, till, merchant, clock_at
):
    order = earned(till, merchant)
    earned(till, merchant, 4)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    clock_at(MONDAY + HOUR)
    where = f"/organize/settlements/{made.pk}/"
    asked = desk.get(f"{where}approve/").text
    assert 'name="seen" value="16200"' in asked
    order.suborders.update(held_at=MONDAY)

    answer = desk.post(f"{where}approve/", {"seen": "16200"}, follow=True)

    assert answer.redirect_chain[-1][0] == where
    assert "comes to $72.00 now. Nothing is approved." in answer.text
    assert "Kept back, until when and why" in answer.text
    assert order.number in answer.text
    assert 'name="seen" value="7200"' in desk.get(f"{where}approve/").text
    desk.post(f"{where}approve/", {"seen": "7200"})
    row = Settlement.objects.get()
    assert (row.state, row.total) == ("final", 72_00)


def test_a_draft_of_which_all_is_kept_back_cannot_be_approved(desk, till, merchant, clock_at):
    order = earned(till, merchant)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    clock_at(MONDAY + HOUR)
    order.suborders.update(held_at=MONDAY)

    page = desk.get(f"/organize/settlements/{made.pk}/").text
    pressed = desk.post(f"/organize/settlements/{made.pk}/approve/", {"seen": "0"}, follow=True)

    assert "$0.00" in page
    assert "Approve it" not in page
    assert "It has ended: nothing is left that can be paid now." in pressed.text
    assert Settlement.objects.get().state == "void"


def test_all_that_is_kept_back_from_a_draft_is_shown_page_by_page(
    desk, till, merchant, clock_at, monkeypatch
):
    monkeypatch.setattr(settlements, "MOST_KEPT", 1)
    orders = [earned(till, merchant) for _order in range(2)]
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    clock_at(MONDAY + HOUR)
    for order in orders:
        order.suborders.update(held_at=MONDAY)
    where = f"/organize/settlements/{made.pk}/"
    newest, oldest = (order.suborders.get().pk for order in reversed(orders))

    first = desk.get(where).text
    second = desk.get(f"{where}?before={newest}").text

    assert f'href="?before={newest}"' in first
    assert (orders[1].number in first, orders[0].number in first) == (True, False)
    assert f'href="?after={oldest}"' in second
    assert (orders[1].number in second, orders[0].number in second) == (False, True)


def test_a_draft_is_made_anew(desk, till, merchant, clock_at):
    earned(till, merchant)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    clock_at(MONDAY + HOUR)

    desk.post(f"/organize/settlements/{made.pk}/drop/", {"reason": "A return was asked for"})

    states = list(Settlement.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["void", "draft"]


def test_from_final_to_the_proof_with_a_file_for_the_bank(desk, till, merchant, clock_at, client):
    earned(till, merchant)
    settled(merchant)
    payout = Payout.objects.get()
    clock_at(MONDAY + HOUR)

    desk.post("/organize/batches/new/", {"pick": [payout.pk], "profile": "statement_csv"})
    batch = PayoutBatch.objects.get()
    desk.post(f"/organize/batches/{batch.pk}/export/")
    file = desk.get(f"/organize/batches/{batch.pk}/file/")
    assert payout.reference in file.content.decode("utf-8-sig")
    assert "no-store" in file["Cache-Control"]
    wrong = desk.post(f"/organize/payouts/{payout.pk}/prove/", {
        "bank_reference": "FT1", "paid_on": "2027-05-31", "amount": "89.00"})  # fmt: skip
    assert wrong.status_code == 422
    desk.post(f"/organize/payouts/{payout.pk}/prove/", {
        "bank_reference": "FT1", "paid_on": "2027-05-31", "amount": "90.00", "fee": "2.00",
        "proof": SimpleUploadedFile("advice.pdf", b"%PDF-1.7 advice")})  # fmt: skip
    desk.post(f"/organize/batches/{batch.pk}/close/")

    payout.refresh_from_db()
    batch.refresh_from_db()
    assert (payout.state, payout.fee, batch.state) == ("done", 2_00, "closed")
    proof = desk.get(f"/organize/payouts/{payout.pk}/proof/")
    assert proof["Content-Disposition"].startswith("attachment")
    assert_books_agree()


@pytest.mark.parametrize("way", ["fail", "came-back"])
def test_what_does_not_arrive_is_a_task_until_it_is_paid_again(desk, till, merchant, clock_at, way):
    earned(till, merchant)
    settled(merchant)
    payout = Payout.objects.get()
    clock_at(MONDAY + HOUR)
    desk.post("/organize/batches/new/", {"pick": [payout.pk], "profile": "statement_csv"})
    desk.post(f"/organize/batches/{PayoutBatch.objects.get().pk}/export/")
    if way == "came-back":
        desk.post(f"/organize/payouts/{payout.pk}/prove/", {
            "bank_reference": "FT1", "paid_on": "2027-05-31", "amount": "90.00"})  # fmt: skip

    desk.post(f"/organize/payouts/{payout.pk}/{way}/", {"reason": "Account closed"})
    task = MoneyTask.objects.get()
    refused = desk.post(f"/organize/money/{task.pk}/pay_again/", {"reason": "Try it"})
    assert "no account that can be used" in refused.text
    desk.post(f"/organize/accounts/{payout.method_id}/trust/", {"reason": "The bank was wrong"})
    desk.post(f"/organize/money/{task.pk}/pay_again/", {"reason": "The bank was wrong"})

    task.refresh_from_db()
    assert (task.state, task.outcome) == ("done", "pay_again")
    assert Payout.objects.filter(state="queued").count() == 1
    assert_books_agree()


def test_an_account_is_whole_on_its_own_screen_alone(desk, till):
    merchant = make.merchant()
    made = add_method(merchant, ACCOUNT, rail="bank", at=NOON, by=make.member(merchant))

    assert ACCOUNT["account"] not in desk.get("/organize/accounts/").text
    page = desk.get(f"/organize/accounts/{made.pk}/")
    assert ACCOUNT["account"] in page.text
    assert "no-store" in page["Cache-Control"]
    assert desk.post(f"/organize/accounts/{made.pk}/confirm/", {"reason": ""}).status_code == 422
    desk.post(f"/organize/accounts/{made.pk}/confirm/", {"reason": "Letter of the bank"})

    assert PayoutMethod.objects.get().state == "ready"


def test_what_waits_is_counted_on_the_first_screen_and_paid_another_way_there(
    desk, till, merchant, clock_at
):
    earned(till, merchant)
    made = draft(merchant.pk, cut_off=MONDAY, at=MONDAY)
    clock_at(MONDAY + HOUR)
    assert "1 settlement to approve" in desk.get("/organize/").text
    approve(made.pk, seen=90_00, at=MONDAY, by=make.user())
    assert "1 payout to send" in desk.get("/organize/").text
    assert "It was paid another way" in desk.get(f"/organize/settlements/{made.pk}/").text

    desk.post(f"/organize/settlements/{made.pk}/paid/", {
        "bank_reference": "CASH 7", "paid_on": "2027-05-31", "amount": "90.00"})  # fmt: skip

    assert Settlement.objects.get().state == "paid"
    assert_books_agree()


def test_an_account_that_was_forgotten_is_looked_at_without_its_number(desk, till, merchant):
    method = PayoutMethod.objects.get()
    PayoutMethod.objects.update(state="closed", sealed=b"", masked="", holder="")

    assert desk.get(f"/organize/accounts/{method.pk}/").status_code == 200


@pytest.mark.parametrize("group", ["reviewer", "analyst"])
def test_other_roles_look_at_lists_and_change_nothing(till, client, merchant, group):
    earned(till, merchant)
    settled(merchant)
    payout, method = Payout.objects.get(), PayoutMethod.objects.get()
    client.force_login(organizer(group))

    assert client.get("/organize/settlements/").status_code == 200
    for page in (f"accounts/{method.pk}/", f"payouts/{payout.pk}/prove/", "batches/new/",
                 f"settlements/{payout.settlement_id}/approve/"):  # fmt: skip
        assert client.get(f"/organize/{page}").status_code == 403


def test_lists_cost_the_same_statements_for_one_as_for_many(desk, till):
    for _n in range(3):
        one = store()
        earned(till, one)
        settled(one)

    for page in ("settlements/?state=all", "payouts/?state=all", "accounts/?state=all", "batches/"):
        with statements(most=30):
            assert desk.get(f"/organize/{page}").status_code == 200
