"""A shopper takes the own data along, and has the account deleted, with the password typed anew."""

import json

import pytest
from django.test import Client

from shop.catalogue.delivery.models import Contact
from shop.operations.retention.export import own_data
from shop.orders.documents.issue import issue_papers
from shop.orders.documents.models import Document
from shop.orders.models import Order
from shop.orders.thread.write import hide, write
from shop.people.accounts.models import User
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.operations.retention.people import asked_back
from tests.shop.operations.retention.test_erase import EMAIL, everything, order_of
from tests.shop.orders.reminders.waiting import reminder, whole
from tests.shop.people.accounts.people import PASSWORD, is_in, sign_in, signed_in

pytestmark = pytest.mark.django_db
DATA, FILE, ERASE = "/account/data/", "/account/data/file/", "/account/erase/"


@pytest.fixture
def amina():
    return make.user(EMAIL, first_name="Amina", last_name="Diallo")


def proved(user):
    """Return a browser in which somebody has just typed the password once more."""
    browser = signed_in(user)
    assert browser.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 302
    return browser


@pytest.mark.parametrize("address", [DATA, FILE, ERASE])
def test_guests_sign_in_first(client, address):
    answer = client.get(address)

    assert answer.status_code == 302
    assert answer.url.startswith("/account/login/")


def test_the_page_of_an_account_leads_to_the_own_data(amina):
    browser = signed_in(amina)

    assert f'href="{DATA}"' in browser.get("/account/").text
    page = browser.get(DATA).text
    assert f'href="{FILE}"' in page
    assert f'href="{ERASE}"' in page


@pytest.mark.parametrize("address", [FILE, ERASE])
def test_an_old_session_is_asked_for_the_password(client, amina, address):
    client.force_login(amina)  # as somebody who found the device open

    answer = client.get(address)

    assert answer.status_code == 302
    assert answer.url.startswith("/account/reauthenticate/")
    assert client.post(ERASE).url.startswith("/account/reauthenticate/")
    assert User.objects.filter(email=EMAIL).exists()


def test_the_file_holds_all_that_is_kept_and_nothing_of_others(amina):
    browser = proved(amina)
    everything(amina)
    order_of(make.user("kofi@example.org"), ends="expired")

    answer = browser.get(FILE)

    assert answer.headers["Content-Disposition"] == 'attachment; filename="baobab-data.json"'
    assert "no-store" in answer.headers["Cache-Control"]
    found = json.loads(answer.content)
    assert found["account"]["email"] == EMAIL
    assert (found["account"]["first_name"], found["account"]["last_name"]) == ("Amina", "Diallo")
    assert sorted(order["state"] for order in found["orders"]) == ["expired", "expired", "paid"]
    assert {order["contact"]["email"] for order in found["orders"]} == {EMAIL}
    paid = next(order for order in found["orders"] if order["state"] == "paid")
    paid_for = [line["paid"] for part in paid["stores"] for line in part["lines"]]
    assert (paid["total"], paid_for) == ("40.00", ["20.00", "20.00"])  # what was put back as well
    assert len(found["reminders"]) == 2
    assert len(found["vouchers"]) == 1
    assert len(found["cart"]["saved"]) == 1
    assert "kofi" not in answer.text


def test_the_file_says_what_was_asked_for_after_paying_and_names_papers(amina):
    order = order_of(amina, ends="paid")
    request = asked_back(order, words="The handle is loose", picture=b"\xff\xd8")
    issue_papers(order.pk, at=NOON)
    paper = Document.objects.get(suborder__order=order)

    (found,) = own_data(amina, at=NOON)["orders"]

    (said,) = found["stores"][0]["requests"]
    assert (said["number"], said["state"], said["tracking_number"]) == (
        request.number,
        "sent",
        "LIN-1",
    )
    assert [(row["words"], row["pictures"]) for row in said["lines"]] == [
        ("The handle is loose", 1)
    ]
    assert [row["number"] for row in found["papers"]] == [paper.number]


def test_the_file_says_what_was_written_to_stores_and_by_them_if_it_can_be_read(amina):
    part = order_of(amina, ends="paid").suborders.get()
    rows = [write(part.pk, side, text, at=NOON) for side, text in (
        ("shopper", "Is it blue?"), ("store", "Pay me at home"), ("shopper", "You thief"),
    )]  # fmt: skip
    for row in rows[1:]:
        hide(row.pk, "Not so", at=NOON, by=make.user())

    (found,) = own_data(amina, at=NOON)["orders"]

    said = [(row["written_by"], row["text"], row["taken_away_at"] is not None)
            for row in found["stores"][0]["messages"]]  # fmt: skip
    assert said == [
        ("shopper", "Is it blue?", False), ("store", "", True), ("shopper", "You thief", True),
    ]  # fmt: skip


def test_an_empty_account_has_a_file_too(amina):
    found = own_data(amina, at=NOON)

    assert (found["cart"], found["orders"], found["reminders"]) == (None, [], [])


def test_asking_says_what_goes_and_what_stays_and_does_nothing(amina):
    order_of(amina)

    page = proved(amina).get(ERASE).text

    assert "your account with its name, email address, password and second step" in page
    assert "the law demands it for 10 years after the last document" in page
    assert "they name you by a number only" in page
    assert "Your messages with stores" in page
    assert "What you reported about a product or a store" in page
    assert User.objects.filter(email=EMAIL).exists()


def test_pressing_deletes_the_account_and_signs_out(amina):
    order = order_of(amina)
    browser = proved(amina)

    answer = browser.post(ERASE, follow=True)

    assert "Your account is deleted." in answer.text
    assert not is_in(browser)
    assert not User.objects.filter(email=EMAIL).exists()
    assert sign_in(Client(), EMAIL, PASSWORD).status_code == 200  # no such account
    order.refresh_from_db()
    assert order.user is None


def test_the_link_of_a_paid_order_still_opens_it(amina, clock_at):
    clock_at(NOON)
    order = order_of(amina)
    proved(amina).post(ERASE)

    page = Client().get(f"/orders/{order.number}/{order.token}/")

    assert page.status_code == 200
    assert order.number in page.text


def test_an_open_order_is_said_and_nothing_is_deleted(amina):
    order_of(amina, ends="")
    browser = proved(amina)

    asked = browser.get(ERASE)
    pressed = browser.post(ERASE)

    for page in (asked, pressed):
        assert "An order waits for its payment." in page.text
        assert "Delete my account" not in page.text
    assert pressed.status_code == 409
    assert User.objects.filter(email=EMAIL).exists()
    assert Contact.objects.filter(email=EMAIL).exists()


def test_pages_of_an_order_whose_contact_is_blank_answer(amina, client):
    order = order_of(amina, ends="expired")
    paid = order_of(amina)
    proved(amina).post(ERASE)
    Contact.objects.all().blank(at=NOON)
    planner = Client()
    planner.force_login(organizer())

    for row in (order, paid):
        link = f"/orders/{row.number}/{row.token}/"
        for page in ("", "paid/", "code/", "invoice/"):
            assert client.get(link + page).status_code in (200, 302, 303, 404), page
        client.post(f"{link}code/")
        assert planner.get(f"/organize/desk_orders/inspect/{row.pk}/").status_code == 200
    assert planner.get("/organize/desk_orders/").status_code == 200
    assert Order.objects.filter(contact__email="").count() == 2


def test_reminders_go_along(amina):
    reminder(EMAIL, slot=whole(make.festival()))

    proved(amina).post(ERASE)

    assert own_data(amina, at=NOON)["reminders"] == []
