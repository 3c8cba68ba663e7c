"""Who gets a paper of an order: its owner, by the same proof as its invoice's page."""

import pytest
from django.core import mail

from shop.money.payments.refund import refund_lines
from shop.orders.documents.issue import issue_papers
from shop.orders.documents.models import Document
from shop.orders.models import OrderLine, Suborder
from shop.orders.tasks import send_receipt
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.checkout.order.proofs import owner_of, stranger
from tests.shop.checkout.steps import buy, link
from tests.shop.orders.cart.carts import words
from tests.shop.orders.documents.sold import invoice_of, paid, taxed

pytestmark = pytest.mark.django_db


def test_whoever_paid_finds_the_invoice_of_each_store(browser, till):
    loom, clay = (make.merchant(name=name) for name in ("Loom", "Clay"))
    order = buy(browser, till, {make.variant(of=make.product(of=store)): 1
                                for store in (loom, clay)})  # fmt: skip
    assert "papers/" not in browser.get(link(order)).text
    run_queued_work()

    page = browser.get(link(order))

    for paper in Document.objects.all():
        where = f"{link(order)}papers/{paper.pk}.pdf"
        assert f'href="{where}">Invoice {paper.number}</a>' in page.text
        answer = browser.get(where)
        assert answer.content.startswith(b"%PDF-")
        assert answer["Content-Type"] == "application/pdf"
        assert answer["Content-Disposition"] == f'inline; filename="{paper.number}.pdf"'
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
        assert answer["X-Robots-Tag"] == "noindex"
    assert Document.objects.count() == 2


def test_what_went_back_has_its_credit_note(browser, till):
    order = buy(browser, till, {make.variant(20_00): 2})
    refund_lines(order.pk, [OrderLine.objects.get().pk], reason="Broken", at=NOON)
    run_queued_work()

    note = Document.objects.get(kind="credit_note")
    assert f"Credit note {note.number}" in words(browser.get(link(order)))
    assert f"Credit note {note.number}" in words(browser.get(link(order, "invoice/")))


def test_the_link_alone_opens_no_paper(clock_at):
    clock_at(NOON)
    order = paid({make.variant(): 1})
    where = link(order, f"papers/{invoice_of(order).pk}.pdf")

    asked = stranger().get(where)
    shown = owner_of(order).get(where)

    assert (asked.status_code, asked["Location"]) == (303, link(order, "code/?next=order-invoice"))
    assert shown.status_code == 200


def test_a_paper_of_another_order_is_not_there(clock_at):
    clock_at(NOON)
    own, other = paid({make.variant(): 1}), paid({make.variant(): 1})
    foreign = invoice_of(other)

    assert owner_of(own, other).get(link(own, f"papers/{foreign.pk}.pdf")).status_code == 404
    assert owner_of(own, other).get(link(own, "papers/99999.pdf")).status_code == 404


def test_the_pages_cost_one_statement_more_however_many_papers(clock_at):
    clock_at(NOON)
    wanted = {make.variant(): 1 for _ in range(4)}
    order = paid(wanted)
    browser = owner_of(order)
    with statements(most=8) as before:
        browser.get(link(order))
    issue_papers(order.pk, at=NOON)
    with statements(most=len(before)):
        page = browser.get(link(order))

    assert page.text.count("/papers/") == len(wanted)


def test_the_receipt_names_the_sellers():
    store = make.merchant(name="Kazuri", legal_name="Kazuri Ceramics Ltd")
    order = paid({make.variant(of=make.product(of=store)): 1, make.variant(30_00): 1})
    Suborder.objects.exclude(merchant=store).update(tax="platform", vat_bp=1_600)

    send_receipt.func(order.pk)

    [message] = mail.outbox
    html = message.alternatives[0][0]
    for body in (message.body, html):
        assert "Sold by: Kazuri Ceramics Ltd" in body
        assert "Sold by: Baobab Demonstration" in body


def test_the_tax_inside_goods_and_delivery_stands_on_the_order_and_its_paper(clock_at):
    clock_at(NOON)
    make.delivery(5_00)
    order = paid({make.variant(20_00, of=make.product(of=taxed(2_500))): 1})
    browser = owner_of(order)

    assert "VAT 25% in $25.00 $5.00" in words(browser.get(link(order)))
    assert "VAT 25% in $25.00 $5.00" in words(browser.get(link(order, "invoice/")))
    assert invoice_of(order).facts["taxes"] == [
        {"vat_bp": 2_500, "gross": 25_00, "net": 20_00, "tax": 5_00}
    ]
