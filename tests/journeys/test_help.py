"""Somebody writes that the address is wrong: an organizer finds the order and mends it."""

from __future__ import annotations

from tests import make
from tests.browsing.steps import sign_in, words
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import journey, on_desk_and_phone
from tests.sample.loaded import root_collection

pytestmark = journey


@on_desk_and_phone
def test_an_organizer_finds_an_order_mends_its_address_and_sends_its_mail_again(stage, visitor):
    root_collection()
    order = bought()
    desk, by = visitor(), organizer()
    assert not by.is_superuser
    sign_in(desk, by.email, "/organize/")

    find(desk, order, "Lin@example.org")
    assert "88 Renmin Road" in words(desk)

    mend(desk, "90 Renmin Road")
    stage.work()
    for reader in ("lin@example.org", "amani@example.org"):
        (letter,) = stage.letters(reader)
        assert "90 Renmin Road" in letter.text

    send_again(desk, "Receipt, to lin@example.org")
    stage.work()
    assert len(stage.letters("lin@example.org")) == 2
    assert "Order mail sent again" in words(desk)


def bought():
    """Return a paid order of a store with one member."""
    store = make.merchant(name="Amani Kettles")
    make.member(store, "amani@example.org")
    kettle = make.variant(of=make.product(of=store, title="Kettle"))
    order = make.order({kettle: 1}, email="lin@example.org")
    pay(order)
    return order


def find(desk, order, asked):
    """Find an order by what somebody says, and open it."""
    desk.goto("/organize/desk_orders/")
    desk.locator("main input[name=q]").fill(asked)  # the menu has one of Wagtail's own
    desk.get_by_text("There is 1 match").wait_for()
    desk.locator("#listing-results").get_by_role("link", name=order.number).first.click()
    desk.get_by_role("heading", name="What was bought").wait_for()


def mend(desk, street):
    """Write another street."""
    desk.get_by_role("link", name="Mend the address").click()
    desk.get_by_label("Street and number").fill(street)
    desk.get_by_role("button", name="Mend the address").click()
    desk.get_by_text("The address is mended").wait_for()


def send_again(desk, mail):
    """Have a mail sent again."""
    desk.get_by_role("link", name=f"Send again: {mail}").click()
    desk.get_by_text("It goes to").wait_for()
    desk.get_by_role("button", name="Send it again").click()
    desk.get_by_text("is sent again within a minute").wait_for()
