"""An order keeps the words that its shopper read, whatever becomes of the product."""

from dataclasses import replace

import pytest
from django.utils import translation

from shop.catalogue.models import Product, Term
from shop.checkout.order.tickets import visits_of
from shop.money.payments.models import Payment
from shop.money.payments.provider.requests import Addresses, checkout_request
from shop.orders.freeze import frozen_rows
from shop.orders.models import Order
from shop.orders.text import mail_context, store_context
from shop.orders.tickets.issue import issue
from shop.orders.tickets.sessions import calendar
from tests import make
from tests.buying import pay
from tests.make import END, NOON
from tests.shop.checkout.order.proofs import owner_of

pytestmark = pytest.mark.django_db

BLANKET, RED = "بطانية", "أحمر"


@pytest.fixture
def placed():
    product = make.product(title="Blanket", titles={"ar": BLANKET}, option_names=["Colour"])
    red = make.variant(of=product, options=["Red"])
    Term.objects.create(kind="value", term="Red", names={"ar": RED})
    make.delivery(5_00)
    return make.order({red: 2}, of=replace(make.shopper(), language="ar"))


def rename(order):
    Product.objects.update(title="Rug", titles={"ar": "سجادة", "fr": "Tapis"})
    Term.objects.update(names={"ar": "قرمزي"})
    return Order.objects.get(pk=order.pk)


def test_a_line_keeps_the_words_of_the_store_and_those_that_were_read(placed):
    line = rename(placed).lines.get()

    assert (line.title, line.options) == ("Blanket", ["Red"])
    assert (line.shown_title, line.shown_options) == (BLANKET, [RED])
    assert (line.read_title, line.read_label) == (BLANKET, RED)
    assert line.mark(placed, "ar") == ""
    assert line.mark(placed, "fr") == "ar"


def test_what_has_no_translation_is_kept_once_and_is_english():
    made = make.variant(of=make.product(title="Blanket"), options=["Waves"])
    order = make.order({made: 1}, of=replace(make.shopper(), language="fr"))

    line = order.lines.get()
    assert (line.shown_title, line.shown_options) == ("", [])
    assert (line.read_title, line.read_label) == ("Blanket", "Waves")
    assert line.mark(order, "fr") == "en"
    assert line.mark(order, "en") == ""


def test_the_shopper_s_mails_say_what_was_read_and_the_store_s_its_own_words(placed):
    order = rename(placed)

    (part,) = mail_context(order)["stores"]
    assert (part["lines"][0]["title"], part["lines"][0]["options"]) == (BLANKET, RED)
    own = store_context(order.suborders.get(), order, "en")["lines"][0]
    assert (own["title"], own["options"]) == ("Blanket", "Red")


def test_the_provider_is_told_what_was_read(placed):
    order = rename(placed)

    asked = checkout_request(
        Payment(order=order), frozen_rows(order), Addresses("/{order}", "/{order}"), ends_at=END
    )

    goods, delivery = asked["lines"]
    assert goods["name"] == f"{BLANKET} ({RED})"
    assert delivery["name"].startswith("التوصيل")


@pytest.mark.parametrize(("path", "mark"), [("ar/", ""), ("fr/", ' lang="ar"'), ("", ' lang="ar"')])
def test_order_page_and_invoice_say_what_was_read_and_in_which_language(placed, path, mark):
    pay(placed)
    order = rename(placed)
    shop = owner_of(order)
    here = f"/{path}orders/{order.number}/{order.token}/"

    assert f"<bdi{mark}>2 × {BLANKET}" in shop.get(here).text
    assert f"<bdi{mark}>{BLANKET}" in shop.get(f"{here}invoice/").text


def test_a_ticket_and_its_entry_in_a_calendar_say_what_was_read():
    tour = make.product(kind="experience", title="Walk", titles={"ar": "مشي"})
    seat = make.variant(of=tour, options=["Adult"], session_start=END, session_zone="Africa/Cairo")
    Term.objects.create(kind="value", term="Adult", names={"ar": "بالغ"})
    order = make.order({seat: 1}, of=replace(make.shopper(), language="ar"))
    pay(order)
    issue(order)
    Product.objects.update(title="Ride", titles={"ar": "ركوب"})
    order = Order.objects.get(pk=order.pk)
    with translation.override("ar"):
        (visit,) = visits_of(order, at=NOON)
    line = order.lines.select_related("variant__product", "suborder__merchant").get()
    line.order = order

    assert (visit.title, visit.lang, visit.tickets[0].kind) == ("مشي", "", "بالغ")
    entry = calendar([line], url="https://example.org/", at=NOON).decode()
    assert "SUMMARY:مشي" in entry
    assert "1 × بالغ" in entry
