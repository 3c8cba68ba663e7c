"""What papers say adds up, is frozen, and names who sold to whom."""

import pytest

from shop.orders.documents.issue import issue_papers
from shop.orders.documents.missing import make_missing
from shop.orders.documents.models import Document
from shop.orders.models import OrderLine, Suborder
from shop.orders.refund import Amount
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON
from tests.shop.orders.documents.sold import invoice_of, paid, refund, taxed

pytestmark = pytest.mark.django_db


def notes():
    return list(Document.objects.filter(kind="credit_note").order_by("n"))


def taxes(paper):
    return [(row["gross"], row["net"], row["tax"]) for row in paper.facts["taxes"]]


def test_totals_of_papers_are_those_of_the_frozen_lines():
    festival = make.festival()
    make.promotion(festival, kind="percent", value=10)
    make.delivery(7_77)
    kettle = make.variant(19_99, of=make.product(of=taxed()))
    cup = make.variant(7_01, of=make.product(of=taxed(700)))
    order = paid({kettle: 3, cup: 2})

    issue_papers(order.pk, at=NOON)

    papers = list(Document.objects.select_related("suborder"))
    assert sum(paper.total for paper in papers) == order.total
    for paper in papers:
        part, facts = paper.suborder, paper.facts
        lines = list(part.lines.order_by("position"))
        assert [row["paid"] for row in facts["lines"]] == [
            *(line.paid for line in lines), part.delivery_paid,
        ]  # fmt: skip
        assert paper.total == facts["total"] == sum(row["paid"] for row in facts["lines"])
        [(gross, net, tax)] = taxes(paper)
        assert (gross, net + tax) == (paper.total, gross)
        assert tax == sum(row["tax"] for row in facts["lines"]) > 0
        assert all(row["price"] * row["quantity"] - row["less"] == row["paid"]
                   for row in facts["lines"])  # fmt: skip


def test_the_seller_and_the_shopper_stay_as_they_were():
    store = make.merchant(legal_name="Adire Works Ltd", tax_number="P051", city="Lagos",
                          country="NG", legal_address="7 Dye Street\nLagos")  # fmt: skip
    paper = invoice_of(paid({make.variant(20_00, of=make.product(of=store)): 1}))

    Merchant.objects.update(legal_name="Others", tax_number="", legal_address="Elsewhere")
    OrderLine.objects.update(title="Other")

    facts = Document.objects.get().facts
    assert facts == paper.facts
    assert facts["seller"] == {"name": "Adire Works Ltd", "tax_number": "P051", "country": "NG",
                               "lines": ["7 Dye Street", "Lagos"], "store": store.name}  # fmt: skip
    assert facts["buyer"]["lines"] == ["Lin Yue", "88 Renmin Road", "Changsha", "Hunan, 410000",
                                       "China"]  # fmt: skip
    assert facts["page"]["parties"][0][1] == ["Adire Works Ltd", "7 Dye Street", "Lagos",
                                              "Nigeria", "VAT number: P051"]  # fmt: skip


def test_a_store_without_legal_details_is_named_as_it_is_called():
    store = make.merchant(name="Loom", city="Kano")

    facts = invoice_of(paid({make.variant(20_00, of=make.product(of=store)): 1})).facts

    assert (facts["seller"]["name"], facts["seller"]["lines"]) == ("Loom", ["Kano"])


def test_a_credit_note_names_its_invoice_and_its_own_number():
    order = paid({make.variant(20_00): 2})
    line = OrderLine.objects.get()
    refund(order, {line: 1}, reason="The lid is broken.")

    issue_papers(order.pk, at=NOON)

    [note] = notes()
    invoice = Document.objects.get(kind="invoice")
    assert note.number == f"{invoice.series.prefix}-C-2027-00001"
    assert (note.invoice, note.total, note.refund.amount) == (invoice, 20_00, 20_00)
    assert note.facts["corrects"] == invoice.number
    assert note.facts["page"]["title"] == f"Credit note {note.number}"
    assert note.facts["page"]["notes"] == [
        f"Corrects invoice {invoice.number} of 12 May 2027.", "The lid is broken.",
    ]  # fmt: skip


def test_each_refund_has_a_note_for_each_store_that_it_touches_once():
    order = paid({make.variant(20_00): 1, make.variant(30_00): 1})
    refund(order, dict.fromkeys(OrderLine.objects.order_by("pk"), 1))

    issue_papers(order.pk, at=NOON)
    issue_papers(order.pk, at=NOON)
    make_missing(at=NOON)

    assert sorted(note.total for note in notes()) == [20_00, 30_00]
    assert {note.suborder_id for note in notes()} == set(
        Suborder.objects.values_list("pk", flat=True)
    )


def test_the_beat_makes_the_notes_that_no_task_made():
    order = paid({make.variant(20_00): 1})
    refund(order, {OrderLine.objects.get(): 1})

    make_missing(at=NOON)
    make_missing(at=NOON)

    assert [note.total for note in notes()] == [20_00]
    assert Document.objects.filter(kind="invoice").count() == 1


def test_notes_of_an_invoice_add_up_to_its_tax_however_it_goes_back():
    make.delivery(3_33)
    order = paid({make.variant(9_99, of=make.product(of=taxed(1_900))): 3})
    line, part = OrderLine.objects.get(), Suborder.objects.get()
    refund(order, {line: Amount(1)})
    refund(order, {part: 1_11})
    refund(order, {line: 1})
    refund(order, {line: 2})  # with the last unit the rest of the delivery

    issue_papers(order.pk, at=NOON)

    invoice = Document.objects.get(kind="invoice")
    assert sum(note.total for note in notes()) == invoice.total == 33_30
    assert sum(taxes(note)[0][2] for note in notes()) == taxes(invoice)[0][2]
    assert all(row["tax"] >= 0 for note in notes() for row in note.facts["lines"])


def test_an_export_says_so_with_customs_codes_and_duties():
    make.delivery(5_00)
    product = make.product(title="Kettle", hs_code="7323.93")
    facts = invoice_of(paid({make.variant(20_00, of=product): 1})).facts

    assert (facts["treatment"], facts["taxes"]) == ("export", [])
    assert facts["lines"][0]["customs_code"] == "7323.93"
    assert facts["page"]["rows"][0][1].endswith("Customs code: 7323.93")
    assert facts["page"]["notes"] == [
        "No VAT of the seller’s country is included.",
        "Duties are not included. You may have to pay them on delivery.",
    ]
    assert facts["page"]["columns"] == ["Item", "Qty", "Price", "Amount"]


def test_a_sale_at_home_says_nothing_of_duties():
    make.delivery(5_00)
    facts = invoice_of(paid({make.variant(20_00, of=make.product(of=taxed())): 1})).facts

    assert facts["treatment"] == "domestic"
    assert facts["page"]["notes"] == []
    assert facts["page"]["taxes"] == [["VAT 13% in $25.00", "$2.88"]]


@pytest.mark.parametrize(("country", "device"), [("KE", "eTIMS"), ("CN", "")])
def test_in_some_countries_it_is_no_fiscal_receipt_before_its_number(country, device):
    store = make.merchant(country=country)
    paper = invoice_of(paid({make.variant(20_00, of=make.product(of=store)): 1}))

    assert paper.facts["device"] == device
    assert paper.waits_for_device is bool(device)
    Document.objects.update(fiscal_number="F-1")
    assert not Document.objects.get().waits_for_device
