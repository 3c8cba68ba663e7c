"""A shopper writes to a store on the page of an order, and reads what it writes."""

from datetime import timedelta

import pytest

from shop.catalogue.delivery.models import Contact
from shop.orders.models import OrderMessage, Suborder
from shop.orders.thread.shown import MOST
from shop.orders.thread.write import OPEN_FOR, hide, write
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.shop.checkout.order.proofs import owner_of, paid_order, sent, stranger, take, with_code
from tests.shop.checkout.steps import link
from tests.shop.merchant.dashboard.desk import EVIL
from tests.shop.orders.cart.carts import words

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
GONE = "An organizer took this message away."


@pytest.fixture
def order(clock_at):
    clock_at(NOON)
    store = make.merchant(name="Loom")
    make.member(store, "loom@example.org")
    return paid_order({make.variant(of=make.product(of=store)): 1})


@pytest.fixture
def part(order):
    return order.suborders.get()


@pytest.fixture
def browser(order):
    return owner_of(order)


def where(order, part):
    return link(order, f"parcels/{part.pk}/messages/")


def test_a_message_is_written_on_the_page_of_the_order_and_stands_there(order, part, browser):
    page = browser.get(link(order))
    assert f'action="{where(order, part)}"' in page.text
    assert "Write to Loom" in page.text
    assert "Never pay outside the shop" in page.text
    assert page.headers["Referrer-Policy"] == "same-origin"

    answer = browser.post(where(order, part), {"text": " Is it\r\nblue? ", "do": "write"})
    text = browser.get(link(order)).text

    assert answer.status_code == 303
    assert answer.url == f"{link(order)}#messages-{part.pk}"
    assert "Written. Loom was mailed." in text
    assert "Is it<br>blue?" in text
    row = OrderMessage.objects.get()
    assert (row.text, row.side, row.by) == ("Is it\nblue?", "shopper", None)


def test_an_account_writes_by_name(clock_at, client):
    clock_at(NOON)
    user = make.user("lin@example.org")
    order = paid_order(user=user)
    client.force_login(user)

    client.post(where(order, order.suborders.get()), {"text": "Hello"})

    assert OrderMessage.objects.get().by == user


def test_who_has_only_the_link_reads_nothing_and_is_asked_for_a_code(order, part):
    write(part.pk, "store", "It is blue.", at=NOON, by=make.user())
    browser = stranger()

    page = browser.get(link(order)).text
    asked = browser.get(where(order, part))
    posted = browser.post(where(order, part), {"text": "Hello"})

    assert f'href="{where(order, part)}">Write to Loom</a>' in page
    assert "It is blue." not in page
    assert "/code/?next=order" in asked.url
    assert "/code/?next=order" in posted.url
    assert OrderMessage.objects.count() == 1
    sent()
    take(browser, order, with_code(browser, order))
    assert "It is blue." in browser.get(link(order)).text
    assert browser.get(where(order, part)).status_code == 200


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "Write your message."), ("\u200b \u2060", "Write your message."),
     ("x" * 2001, "at most 2000"), ("a\0b", "Null characters")],
)  # fmt: skip
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_written(order, part, browser, text, why):
    answer = browser.post(where(order, part), {"text": text})

    assert answer.status_code == 422
    assert why in answer.text
    assert f'href="#id_{part.pk}_text"' in answer.text
    assert not OrderMessage.objects.exists()


def test_what_is_refused_keeps_what_was_typed(order, part, browser):
    for n in range(20):
        write(part.pk, "shopper", f"{n}", at=NOON)

    answer = browser.post(where(order, part), {"text": "One more"})

    assert answer.status_code == 422
    assert "You have written 20 messages about this parcel in a day." in answer.text
    assert ">\nOne more</textarea>" in answer.text


def test_after_180_days_it_is_read_and_not_written(order, part, browser, clock_at):
    write(part.pk, "store", "It is blue.", at=NOON)
    Suborder.objects.update(state="delivered", delivered_at=NOON - OPEN_FOR - DAY)

    page = browser.get(link(order)).text
    answer = browser.post(where(order, part), {"text": "Late"})

    assert "It is blue." in page
    assert "You could write until" in page
    assert "<textarea" not in page
    assert answer.status_code == 422
    assert "Nobody can write about this parcel any more." in answer.text
    assert OrderMessage.objects.count() == 1


def test_a_thread_that_is_over_without_a_word_is_not_there(order, browser):
    Suborder.objects.update(state="delivered", delivered_at=NOON - OPEN_FOR - DAY)

    assert "messages-" not in browser.get(link(order)).text


def test_without_a_contact_there_is_no_thread(order, part, browser):
    write(part.pk, "store", "It is blue.", at=NOON)
    Contact.objects.update(blanked_at=NOON)

    assert "It is blue." not in browser.get(link(order)).text
    assert browser.get(where(order, part)).status_code == 404
    assert browser.post(where(order, part), {"text": "Hello"}).status_code == 404


def test_a_message_of_the_store_is_reported_and_an_own_one_is_not(order, part, browser):
    own = write(part.pk, "shopper", "Is it blue?", at=NOON)
    other = write(part.pk, "store", "Pay me at home.", at=NOON)
    page = browser.get(link(order)).text
    assert page.count(">Tell the organizers</button>") == 1

    browser.post(where(order, part), {"do": "report", "message": other.pk})
    said = browser.get(link(order)).text
    browser.post(where(order, part), {"do": "report", "message": own.pk})
    browser.post(where(order, part), {"do": "report", "message": "x"})

    assert "The organizers were told. They look at this message." in said
    assert "Tell the organizers</button>" not in said
    assert "This message is not there any more." in browser.get(link(order)).text
    assert list(OrderMessage.objects.to_look_at()) == [other]


def test_what_was_taken_away_is_shown_to_nobody_and_its_writer_reads_why(order, part, browser):
    own = write(part.pk, "shopper", "You thief", at=NOON)
    other = write(part.pk, "store", "Pay me at home.", at=NOON)
    hide(own.pk, "It insults", at=NOON, by=make.user())
    hide(other.pk, "It asks for money", at=NOON, by=make.user())

    page = browser.get(link(order)).text

    assert page.count(GONE) == 2
    assert "The reason: It insults" in page
    for gone in ("You thief", "Pay me at home.", "It asks for money"):
        assert gone not in page


def test_another_orders_parcel_is_not_there(order, browser):
    other = paid_order().suborders.get()

    assert browser.get(where(order, other)).status_code == 404
    assert browser.post(where(order, other), {"text": "Hello"}).status_code == 404


def test_an_order_that_was_not_paid_has_no_thread(clock_at):
    clock_at(NOON)
    order = make.order({make.variant(): 1})

    assert owner_of(order).get(where(order, order.suborders.get())).status_code == 404


def test_as_many_statements_however_many_messages_and_parcels(clock_at):
    clock_at(NOON)
    order = paid_order({make.variant(): 1, make.variant(): 1})
    browser, parts = owner_of(order), list(order.suborders.all())
    browser.get(link(order))
    with statements(most=20) as none:
        browser.get(link(order))
    for part in parts:
        rows = [OrderMessage(suborder=part, side="store", text=f"No {n}.", at=NOON, by=make.user())
                for n in range(MOST + 2)]  # fmt: skip
        OrderMessage.objects.bulk_create(rows)

    with statements(most=20) as many:
        page = browser.get(link(order)).text

    assert len(many) == len(none)
    assert page.count("Only the newest 50 messages are shown.") == 2
    assert "No 1." not in page
    assert page.index("No 2.") < page.index("No 51.")


def test_what_is_written_is_shown_as_text(order, part, browser):
    browser.post(where(order, part), {"text": EVIL})

    page = browser.get(link(order)).text

    assert "<img src=x" not in page
    assert "&lt;img src=x" in page
    assert "49" not in OrderMessage.objects.get().text


def test_the_page_is_arabic_from_right_to_left_and_needs_no_script(order, part, browser):
    write(part.pk, "store", "أهلا", at=NOON)

    page = browser.get("/ar" + link(order))

    assert 'dir="rtl"' in page.text
    assert "الكتابة إلى Loom" in words(page)
    assert '<p dir="auto">أهلا</p>' in page.text
    assert "لا تدفع أبدًا خارج الموقع" in page.text


def test_who_has_only_the_link_costs_no_reading(order, part):
    stranger().get(link(order))

    with statements(most=20) as counted:
        stranger().get(link(order))

    assert not any("shop_ordermessage" in statement for statement in counted)
