"""Every sum of the sample is the sum of the lines beside it: pages, mails, papers and sheets."""

import csv
import io
import random
import re

import pytest
from django.core import mail
from django.test import Client

from shop.catalogue.models import Variant
from shop.festivals.models import Festival
from shop.money.payments.refund import refund_lines
from shop.orders.models import Order, Suborder
from shop.orders.tasks import send_receipt
from shop.people.merchants.models import Merchant
from shop.reports.tallies import count_all_sales
from tests import make
from tests.cms.dashboard.people import organizer
from tests.sample.loaded import DAY_0
from tests.shop.checkout.order.proofs import owner_of
from tests.summing import cents, count_sums, wrong_sums

LANGUAGES = ("", "/fr", "/ar")
CARTS = 14
# Of each kind of order; with languages and papers they are many pages.
HOW_MANY = pytest.mark.parametrize("many", [8, pytest.param(30, marks=pytest.mark.long)])


@pytest.fixture
def returned(sold):
    """Send back some of what was sold in the festivals of the sample."""
    waiting = Suborder.objects.filter(state="waiting").order_by("pk")
    for part in waiting.filter(lines__funded__gt=0).distinct()[:4]:
        line = part.lines.first()
        refund_lines(part.order_id, [line.pk], reason="A wrong price", at=DAY_0)
    count_all_sales(at=DAY_0)


def interesting(many):
    """Return orders with benefits, with free delivery, with refunds, and others."""
    orders = Order.objects.filter(state="paid")
    found = {
        row.pk: row
        for rows in (
            orders.filter(discounts__suborder__isnull=False),
            orders.filter(refunds__isnull=False),
            orders.filter(discounts__line__isnull=False),
            orders,
        )
        for row in rows.distinct().order_by("pk")[:many]
    }
    return list(found.values())


def assert_adds_up(answer):
    assert answer.status_code == 200
    assert wrong_sums(answer.text) == []
    return count_sums(answer.text)


@HOW_MANY
def test_orders_invoices_and_receipts_add_up(returned, many):
    orders = interesting(many)
    assert any(order.discounts.filter(suborder__isnull=False).exists() for order in orders)

    for order in orders:
        path = f"/orders/{order.number}/{order.token}/"
        browser = owner_of(order)
        for language in LANGUAGES:
            assert assert_adds_up(browser.get(language + path)) > 0
            assert assert_adds_up(browser.get(f"{language}{path}invoice/")) > 0
        mail.outbox.clear()
        send_receipt.func(order.pk)
        [receipt] = mail.outbox
        assert_receipt(receipt, order)


@HOW_MANY
def test_orders_at_the_desk_add_up(returned, client, many):
    client.force_login(organizer())

    for order in interesting(many):
        page = client.get(f"/organize/desk_orders/inspect/{order.pk}/")
        assert assert_adds_up(page) > 1


def assert_receipt(receipt, order):
    """Assert that the rows of a receipt make its total, and its lines its goods."""
    html = receipt.alternatives[0][0]
    *rows, total = re.findall(
        r"font-weight:(?:normal|bold);white-space:nowrap\"><bdi>([^<]+)</bdi>", html
    )
    assert sum(map(cents, rows)) == cents(total) == order.total
    lines = re.findall(r"valign=\"top\"[^>]*><bdi>([^<]+)</bdi>", html)
    assert sum(map(cents, lines)) == cents(rows[0]) == order.goods
    for amount in (*rows, total):
        assert amount in receipt.body


@HOW_MANY
def test_what_stores_earn_is_the_same_on_the_order_in_the_list_and_the_sum_of_its_rows(
    returned, many
):
    for part in Suborder.objects.filter(order__in=interesting(many)):
        browser = Client()
        browser.force_login(make.member(part.merchant))
        page = browser.get(f"/merchant/orders/{part.pk}/")
        assert assert_adds_up(page) == 1
        found = browser.get(f"/merchant/{part.merchant.slug}/orders/?q={part.order.number}")
        [earned] = re.findall(r'<td[^>]*class="n"[^>]*>([^<]+)</td>\s*</tr>', found.text)
        assert cents(earned) == part.kept


def test_statements_and_their_sheets_add_up_in_both_directions(returned):
    desk = Client()
    desk.force_login(organizer())
    for festival in Festival.objects.filter(starts_at__lt=DAY_0):
        for merchant in Merchant.objects.all():
            browser = Client()
            browser.force_login(make.member(merchant))
            address = f"/merchant/{merchant.slug}/festivals/{festival.pk}/statement/"
            answer = browser.get(address)
            if answer.status_code == 404:
                continue
            assert_adds_up(answer)
            assert_adds_up(desk.get(f"/organize/festivals/{festival.pk}/statements/{merchant.pk}/"))
            sheet = browser.get(address.removesuffix("/") + ".csv")
            assert_sheet(sheet.getvalue().decode("utf-8-sig"))


def assert_sheet(text):
    """Assert that the last row has the sums, and that each row makes what the store keeps."""
    head, *rows, last = csv.reader(io.StringIO(text))
    names = [name.partition(",")[0] for name in head]
    value = lambda row, name: cents(row[names.index(name)])  # noqa: E731
    for name in names[12:]:
        if not name.startswith(("Regular", "Price", "Units")):
            assert sum(value(row, name) for row in rows) == value(last, name), name
    for row in (*rows, last):
        given = ("Paid by the shopper", "Paid by the organizer", "Paid by sponsors")
        taken = ("Commission", "Refunded", "Refunded to organizer and sponsors")
        kept = sum(value(row, name) for name in given) - sum(value(row, name) for name in taken)
        assert kept == value(row, "Kept by the store")


@pytest.mark.parametrize("language", LANGUAGES)
def test_carts_and_their_payment_pages_add_up(sold, language):
    dice = random.Random(7)
    wanted = list(
        Variant.objects.filter(
            product__state="published", is_active=True, session_start=None
        ).order_by("pk")
    )
    for number in range(CARTS):
        browser = Client(headers={"Sec-Fetch-Site": "same-origin"})
        for variant in dice.sample(wanted, dice.randint(1, 7)):
            browser.post("/cart/add/", {"variant": variant.pk, "quantity": dice.randint(1, 4)})
        if number % 2:
            browser.post("/cart/voucher/", {"code": "BAOBAB10"})
        assert assert_adds_up(browser.get(f"{language}/cart/")) > 1
        address = {"email": "a@example.org", "country": "DE", "name": "Ada", "line1": "Weg 1",
                   "postcode": "20457", "city": "Hamburg", "phone": "040 1"}  # fmt: skip
        assert browser.post("/checkout/", address).status_code == 303
        assert assert_adds_up(browser.get(f"{language}/checkout/delivery/")) > 0
