"""Invoices on a telephone: for who paid, in French, for the store, and at the desk."""

import io

import pytest
from pypdf import PdfReader

from shop.money.payments.refund import refund_lines
from shop.orders.documents.models import Document
from shop.orders.models import Order, OrderLine
from tests import make
from tests.browsing.steps import go_to_pay, pay, press_pay, put_in_cart, sign_in, words
from tests.browsing.watching import goes_sideways
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import journey

pytestmark = [journey, pytest.mark.parametrize("width", [390])]


@pytest.fixture
def paper(stage, market, page):
    """Buy a jar, have it refunded, and return its invoice; ``page`` is the shopper's."""
    put_in_cart(page, market.jar.product)
    go_to_pay(page)
    press_pay(page)
    pay(page)
    Order.objects.update(language="fr")
    stage.work()
    order = Order.objects.get()
    refund_lines(order.pk, [OrderLine.objects.get().pk], reason="", at=order.paid_at)
    stage.work()
    return Document.objects.get(kind="invoice")


def text_of(page, link):
    """Return the text of the paper that a link of a page leads to."""
    answer = page.request.get(link.get_attribute("href"))
    assert answer.ok
    return "\n".join(part.extract_text() for part in PdfReader(io.BytesIO(answer.body())).pages)


def test_who_paid_finds_invoice_and_credit_note_in_french(paper, page):
    order = paper.suborder.order

    page.goto(f"/fr/orders/{order.number}/{order.token}/")

    invoice = text_of(page, page.get_by_role("link", name=f"Facture {paper.number}"))
    note = text_of(page, page.get_by_role("link", name="Avoir"))
    assert paper.number in invoice
    assert "Facturé à" in invoice
    assert f"Rectifie la facture {paper.number}" in note
    assert not goes_sideways(page)


def test_the_store_and_the_desk_find_them_too(paper, visitor):
    seller, boss = visitor(), visitor()
    sign_in(seller, make.member(paper.merchant).email, "/merchant/")
    sign_in(boss, organizer().email, "/organize/")
    store = f"/merchant/{paper.merchant.slug}"
    looks = (
        (seller, f"{store}/papers/", f"Invoice {paper.number}"),
        (seller, f"/merchant/orders/{paper.suborder_id}/", f"Invoice {paper.number}"),
        (seller, f"{store}/profile/seller/", "Letters before invoice numbers"),
        (boss, "/organize/papers/", f"Invoice {paper.number}"),
        (boss, "/organize/papers/fiscal/", "KE: eTIMS"),
        (boss, "/organize/papers/tax/", "No rule"),
        (boss, "/organize/papers/tax/new/", "Where it is written"),
    )

    for page, address, said in looks:
        page.goto(address)
        assert said in words(page)
        assert not goes_sideways(page)
