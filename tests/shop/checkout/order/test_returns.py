"""The pages on which a shopper cancels, looks for a parcel, and sends goods back."""

import re
from io import BytesIO

import pytest
from PIL import Image

from shop.core.images.models import IncomingFile
from shop.core.images.upload_handlers import MOST_OF_ONE
from shop.money.returns.answer import SEND_WITHIN, agree, appeal, refuse
from shop.money.returns.ask import ask, take_back
from shop.money.returns.models import ReturnPicture, ReturnRequest
from shop.money.returns.overdue import look_at_returns
from shop.orders.models import Refund
from tests import make
from tests.budgets import statements
from tests.hostile_files import truncated
from tests.make import NOON
from tests.paying import assert_books_agree
from tests.queue import run_queued_work
from tests.shop.checkout.order.proofs import owner_of, stranger
from tests.shop.checkout.steps import link
from tests.shop.money.returns.sold import DAY, paid, sent, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(till):
    make.delivery(3_00)
    return paid(till, {make.variant(20_00, on_hand=5): 2})


@pytest.fixture
def browser(order):
    return owner_of(order)


def where(order, kind):
    return link(order, f"parcels/{order.suborders.get().pk}/{kind}/")


def field(order, name):
    return f"{name}-{order.lines.get().pk}"


def jpeg():
    file = BytesIO()
    Image.new("RGB", (300, 240), "teal").save(file, "JPEG")
    file.seek(0)
    file.name = "bag.jpg"
    return file


def test_a_parcel_that_was_not_sent_is_cancelled_with_the_sum_shown_first(order, browser):
    page = browser.get(where(order, "cancel")).text
    assert "$43.00" in page
    assert "Nothing has been sent yet" in page

    answer = browser.post(where(order, "cancel"), {field(order, "units"): "2"}, follow=True)

    assert "Cancelled. The money goes back the way you paid." in answer.text
    assert Refund.objects.get().amount == 43_00
    assert "R-2027-" in browser.get(link(order)).text
    assert_books_agree()


def test_the_sum_is_worked_out_again_without_anything_being_asked(order, browser):
    sent(order)

    answer = browser.post(where(order, "return"), {
        field(order, "units"): "1", field(order, "reason"): "broken", "again": "1"})  # fmt: skip

    assert answer.status_code == 200
    assert "$21.50" in answer.text  # with half of the delivery
    assert not ReturnRequest.objects.exists()


def test_a_return_is_asked_for_with_a_reason_words_and_pictures(order, browser):
    sent(order)

    answer = browser.post(where(order, "return"), {
        field(order, "units"): "1", field(order, "reason"): "wrong",
        field(order, "words"): "I ordered Teal", field(order, "pictures"): [jpeg(), jpeg()]},
        follow=True)  # fmt: skip

    request = ReturnRequest.objects.get()
    row = request.lines.get()
    assert request.number in answer.text
    assert (row.reason, row.words, row.pictures.count()) == ("wrong", "I ordered Teal", 0)
    assert answer.text.count("Being checked") == 2
    run_queued_work()
    assert row.pictures.count() == 2
    assert bytes(ReturnPicture.objects.first().content).startswith(b"\xff\xd8")
    assert not IncomingFile.objects.exists()


def test_a_picture_that_cannot_be_read_says_why_and_is_replaced_on_the_request(order, browser):
    sent(order)
    half = BytesIO(truncated())
    half.name = "half.jpg"
    browser.post(where(order, "return"), {
        field(order, "units"): "1", field(order, "reason"): "wrong",
        field(order, "pictures"): [half]})  # fmt: skip
    run_queued_work()
    request = ReturnRequest.objects.get()
    line, page = request.lines.get(), link(order, f"requests/{request.pk}/")
    shown = browser.get(page).text
    assert "half.jpg" in shown
    assert "cannot be read to its end" in shown

    answer = browser.post(page, {"do": "pictures", "line": line.pk, "pictures": [jpeg()]},
                          follow=True)  # fmt: skip

    assert "We check each image before the store sees it." in answer.text
    assert "half.jpg" not in answer.text
    run_queued_work()
    assert line.pictures.count() == 1
    assert not IncomingFile.objects.exists()


def test_more_pictures_than_a_line_may_have_are_refused_on_the_request(order, browser):
    sent(order)
    browser.post(where(order, "return"), {
        field(order, "units"): "1", field(order, "reason"): "wrong",
        field(order, "pictures"): [jpeg() for _n in range(4)]})  # fmt: skip
    request = ReturnRequest.objects.get()
    page = link(order, f"requests/{request.pk}/")

    answer = browser.post(page, {"do": "pictures", "line": request.lines.get().pk,
                                 "pictures": [jpeg()]})  # fmt: skip

    assert "Choose at most 4 pictures of one piece." in answer.text
    assert IncomingFile.objects.count() == 4


def test_asking_for_a_return_starts_no_decoder(order, browser, monkeypatch):
    sent(order)

    def fails(*command, **more):
        raise AssertionError("a request decodes a stranger's file")

    with monkeypatch.context() as patch:
        patch.setattr("subprocess.Popen", fails)
        browser.post(where(order, "return"), {
            field(order, "units"): "1", field(order, "reason"): "wrong",
            field(order, "pictures"): [jpeg()]})  # fmt: skip

    assert IncomingFile.objects.get().return_line.request == ReturnRequest.objects.get()


@pytest.mark.parametrize(("answers", "said"), [
    ({}, "Choose what it is about."),
    ({"units": "1"}, "Say for each piece why it goes back."),
    ({"units": "1", "reason": "mind"}, "used goods come back only if they are faulty"),
    ({"units": "3", "reason": "wrong"}, "Choose at most 2 of them."),
    ({"units": "-1", "reason": "wrong"}, "Choose at most 2 of them."),
    ({"units": "9" * 5_000, "reason": "wrong"}, "Choose at most 2 of them."),
    ({"units": "1", "reason": "missing"}, "Select a valid choice"),
    ({"units": "1", "reason": "wrong", "words": "x" * 301}, "at most 300"),
])  # fmt: skip
def test_what_is_missing_or_wrong_is_said_and_nothing_is_asked(order, browser, answers, said):
    sent(order)

    typed = {field(order, name): value for name, value in answers.items()}
    answer = browser.post(where(order, "return"), typed)

    assert answer.status_code == 422
    assert said in answer.text
    assert not ReturnRequest.objects.exists()


def test_a_file_that_is_no_picture_is_refused_with_what_to_do(order, browser):
    sent(order)
    file = BytesIO(b"MZ not a picture")
    file.name = "bag.jpg"

    answer = browser.post(where(order, "return"), {
        field(order, "units"): "1", field(order, "reason"): "wrong",
        field(order, "pictures"): file})  # fmt: skip

    assert answer.status_code == 422
    assert "Choose a picture in JPEG" in answer.text
    assert not ReturnRequest.objects.exists()


@pytest.mark.parametrize("page", ["cancel", "return", "missing", "arrived"])
def test_a_stranger_with_the_link_is_asked_for_a_code(order, page):
    answer = stranger().post(where(order, page), {field(order, "units"): "2"})

    assert answer.status_code == 303
    assert "/code/?next=order" in answer["Location"]
    assert not Refund.objects.exists()


def test_the_parcel_of_another_order_is_not_there(order, browser, till):
    other = paid(till, {make.variant(): 1})

    pages = [f"parcels/{other.suborders.get().pk}/cancel/", "requests/1/",
             f"parcels/{order.suborders.get().pk}/eat/"]  # fmt: skip
    assert [browser.get(link(order, page)).status_code for page in pages] == [404] * 3


def test_a_page_that_is_too_late_leads_back_to_the_order(order, browser):
    sent(order)

    answer = browser.get(where(order, "cancel"), follow=True)

    assert "This cannot be asked for any more." in answer.text


def test_more_pictures_than_are_taken_are_refused_and_to_be_chosen_again(order, browser):
    sent(order)
    typed = {field(order, "units"): "1", field(order, "reason"): "wrong"}

    typed |= {field(order, "pictures"): [jpeg() for _n in range(5)]}
    page = browser.post(where(order, "return"), typed)

    assert page.status_code == 422
    assert "Choose at most 4 pictures of one piece." in page.text
    assert "Choose the pictures again: they were not kept." in page.text
    assert not ReturnRequest.objects.exists()


def test_a_picture_too_large_to_be_received_is_named(order, browser):
    sent(order)
    large = BytesIO(b"\xff\xd8\xff" + bytes(MOST_OF_ONE))
    large.name = "bag.jpg"
    typed = {field(order, "units"): "1", field(order, "reason"): "wrong"}

    page = browser.post(where(order, "return"), typed | {field(order, "pictures"): large})

    assert page.status_code == 422
    assert "bag.jpg: The file must be smaller than 10 MB" in page.text
    assert not ReturnRequest.objects.exists()


def test_that_it_arrived_is_said_and_ends_the_search(order, browser, clock_at):
    sent(order)
    clock_at(NOON + 20 * DAY)
    browser = owner_of(order)
    browser.post(where(order, "missing"), {field(order, "units"): "2"})
    assert ReturnRequest.objects.get().state == "asked"

    assert "arrived?" in browser.get(where(order, "arrived")).text
    browser.post(where(order, "arrived"))

    part = order.suborders.get()
    assert (ReturnRequest.objects.get().state, part.delivered_how) == ("lapsed", "shopper")


@pytest.mark.parametrize(
    ("carrier", "number", "state"),
    [
        ("Deutsche Post", "RB 123456784 gb", "agreed"),  # its check digit is 5
        ("Posta", "RB123456784GB", "agreed"),
        ("Deutsche Post", "RB 123456785 gb", "sent"),
        ("Fast", "RB123456784GB", "sent"),  # no post, as we know
        ("My cousin", "12345", "sent"),
        ("My cousin", "", "sent"),
    ],
)
def test_the_number_of_a_return_is_refused_when_its_check_digit_differs(
    order, browser, carrier, number, state
):
    make.carrier("Posta", kind="post", tracking_url="")
    make.carrier("Fast", kind="express", tracking_url="")
    part = sent(order)
    wanted = {field(order, "units"): "1", field(order, "reason"): "wrong"}
    browser.post(where(order, "return"), wanted)
    made = ReturnRequest.objects.get()
    agree(made.pk, answer="Box 7, Nairobi", at=NOON, by=make.member(part.merchant))
    told = {"do": "sent", "carrier": carrier, "tracking_number": number}

    answer = browser.post(link(order, f"requests/{made.pk}/"), told)

    made.refresh_from_db()
    assert made.state == state
    assert answer.status_code == (422 if state == "agreed" else 303)
    if state == "agreed":
        assert "RB123456784GB has a typing error" in answer.text
        assert f'value="{number}"' in answer.text


def test_a_request_is_sent_taken_back_or_taken_to_an_organizer_on_its_page(order, browser):
    part = sent(order)
    store = make.member(part.merchant)
    wanted = {field(order, "units"): "1", field(order, "reason"): "wrong"}
    browser.post(where(order, "return"), wanted)
    first = ReturnRequest.objects.get()
    agree(first.pk, answer="Box 7, Nairobi", at=NOON, by=store)
    page = link(order, f"requests/{first.pk}/")
    assert "Box 7, Nairobi" in browser.get(page).text

    assert browser.post(page, {"do": "sent", "carrier": ""}).status_code == 422
    browser.post(page, {"do": "sent", "carrier": "EMS", "tracking_number": "EE1"})
    first.refresh_from_db()
    assert (first.state, first.carrier) == ("sent", "EMS")
    browser.post(page, {"do": "take-back"})
    first.refresh_from_db()
    assert first.state == "lapsed"

    browser.post(where(order, "return"), wanted)
    second = ReturnRequest.objects.exclude(pk=first.pk).get()
    refuse(second.pk, answer="Worn", at=NOON, by=store)
    page = link(order, f"requests/{second.pk}/")
    assert "Ask an organizer to decide" in browser.get(page).text
    answer = browser.post(page, {"do": "appeal"}, follow=True)
    assert "An organizer reads it now and decides." in answer.text
    assert "Ask an organizer to decide" not in answer.text


@pytest.fixture
def asked(order):
    part = sent(order)
    return ask(order.pk, part.pk, "return", wish(order, 1, "broken"), at=NOON)


def steps(browser, order, request):
    """Return what the steps of a request say, without their dates."""
    page = browser.get(link(order, f"requests/{request.pk}/")).text
    listed = page.partition('<ol class="track">')[2].partition("</ol>")[0]
    return [line.strip() for line in re.findall(r"<li[^>]*>([^<]+)", listed)]


def test_the_steps_say_whether_the_store_or_an_organizer_decided(order, browser, asked):
    store = asked.suborder.merchant
    refuse(asked.pk, answer="Worn", at=NOON, by=make.member(store))
    assert steps(browser, order, asked)[1] == f"{store.name} refused"

    appeal(asked.pk, at=NOON + DAY)
    assert steps(browser, order, asked)[1:3] == [f"{store.name} refused", "An organizer decides"]

    organizer = make.user()
    refuse(asked.pk, answer="So we think", at=NOON + 2 * DAY, by=organizer)
    assert steps(browser, order, asked) == ["You asked", "An organizer refused"]


def test_an_organizer_who_agrees_is_named(order, browser, asked):
    agree(asked.pk, answer="Box 7", at=NOON, by=make.user())

    assert steps(browser, order, asked)[1:3] == ["An organizer agreed", "You send it"]


def test_the_last_step_says_why_a_request_ended(order, browser, asked):
    agree(asked.pk, answer="Box 7", at=NOON, by=make.member(asked.suborder.merchant))
    look_at_returns(at=NOON + SEND_WITHIN)
    assert steps(browser, order, asked)[-1] == "Ended: it was not sent in time"

    other = ask(order.pk, asked.suborder_id, "return", wish(order, 1, "broken"), at=NOON)
    agree(other.pk, answer="Box 7", at=NOON, by=make.user())
    take_back(other.pk, at=NOON + DAY)
    assert steps(browser, order, other)[-1] == "Taken back"


def test_a_refusal_stands_when_the_appeal_is_taken_back(order, browser, asked):
    store = asked.suborder.merchant
    refuse(asked.pk, answer="Worn", at=NOON, by=make.member(store))
    appeal(asked.pk, at=NOON + DAY)
    take_back(asked.pk, at=NOON + 2 * DAY)

    assert steps(browser, order, asked) == ["You asked", f"{store.name} refused", "Taken back"]


def test_each_page_costs_the_same_statements_whatever_was_asked(order, browser):
    sent(order)
    line = order.lines.get()
    with statements(most=14):
        browser.get(where(order, "return"))
    for _ in range(2):
        browser.post(where(order, "return"),
                     {f"units-{line.pk}": "1", f"reason-{line.pk}": "wrong"})  # fmt: skip
    with statements(most=10):  # one of them what was written to the store
        browser.get(link(order))
