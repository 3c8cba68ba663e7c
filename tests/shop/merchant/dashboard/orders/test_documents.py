"""A store's invoices and credit notes: on its orders, as a list and as a sheet."""

import csv
import io

import pytest

from shop.orders.documents.issue import issue_papers
from shop.orders.documents.models import Document
from shop.orders.models import OrderLine, Suborder
from tests import make
from tests.make import NOON
from tests.shop.orders.cart.carts import words
from tests.shop.orders.documents.sold import paid, refund

pytestmark = pytest.mark.django_db


def address(desk, page=""):
    return f"/merchant/{desk.merchant.slug}/papers/{page}"


def rows(answer):
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_page_of_an_order_leads_to_its_invoice(client, desk):
    page = client.get(f"/merchant/orders/{desk.suborder.pk}/")
    where = f"/merchant/orders/{desk.suborder.pk}/papers/{desk.paper.pk}.pdf"

    assert f'href="{where}">Invoice {desk.paper.number}</a>' in page.text
    assert client.get(where).content.startswith(b"%PDF-")


def test_papers_are_listed_the_newest_first(client, desk):
    line = OrderLine.objects.get(suborder=desk.suborder)
    refund(desk.suborder.order, {line: 1})
    issue_papers(desk.suborder.order_id, at=NOON)

    text = words(client.get(address(desk)))

    invoice, note = Document.objects.order_by("pk")
    order = desk.suborder.order.number
    assert f"Credit note {note.number} 12 May 2027 {order} −$20.00 not yet" in text
    assert f"Invoice {invoice.number} 12 May 2027 {order} $40.00 not yet" in text
    assert text.index(note.number) < text.index(f"Invoice {invoice.number}")


def test_the_sheet_has_amounts_parties_and_digests(client, desk):
    make.merchant()
    [row] = rows(client.get(address(desk, "papers.csv")))

    assert row["number"] == desk.paper.number
    assert (row["kind"], row["order"]) == ("Invoice", desk.suborder.order.number)
    assert (row["total"], row["tax inside"], row["currency"]) == ("40.00", "0.00", "USD")
    assert (row["seller"], row["buyer country"]) == (desk.merchant.name, "CN")
    assert (row["device"], row["fiscal number"]) == ("eTIMS", "")
    assert row["sha256"] == desk.paper.digest


def test_what_the_platform_sold_is_not_among_a_store_s_own_papers(client, desk):
    order = paid({desk.variant: 1})
    Suborder.objects.filter(order=order).update(tax="platform", vat_bp=1_600)
    issue_papers(order.pk, at=NOON)
    paper = Document.objects.get(merchant=None)

    assert paper.number not in client.get(address(desk)).text
    part = order.suborders.get().pk
    assert paper.number in client.get(f"/merchant/orders/{part}/").text


def test_members_who_see_no_money_see_no_papers(client, desk):
    desk.member.memberships.update(role="packer")
    where = f"/merchant/orders/{desk.suborder.pk}/"

    answers = [
        client.get(address(desk)), client.get(address(desk, "papers.csv")),
        client.get(f"{where}papers/{desk.paper.pk}.pdf"),
        client.get(f"/merchant/{desk.merchant.slug}/profile/seller/"),
    ]  # fmt: skip

    assert {answer.status_code for answer in answers} == {403}
    assert desk.paper.number not in client.get(where).text
    assert "/papers/" not in client.get(where).text
