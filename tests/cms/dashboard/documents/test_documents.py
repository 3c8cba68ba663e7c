"""All papers at the organizers' desk: found, taken away, and given their fiscal numbers."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shop.catalogue.delivery.models import TaxRule
from shop.festivals.models import ChangeLog
from shop.orders.documents.issue import issue_papers
from shop.orders.documents.models import Document
from tests import make
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.shop.orders.cart.carts import words
from tests.shop.orders.documents.sold import paid

pytestmark = pytest.mark.django_db
LIST = "/organize/papers/"


@pytest.fixture
def desk(client, clock_at):
    clock_at(NOON)
    client.force_login(organizer())
    return client


@pytest.fixture
def papers():
    """Return the papers of a Kenyan and of a Chinese store."""
    stores = [make.merchant(country=code, invoice_prefix=f"P{code}") for code in ("KE", "CN")]
    order = paid({make.variant(20_00, of=make.product(of=store)): 1 for store in stores})
    issue_papers(order.pk, at=NOON)
    return list(Document.objects.order_by("number"))


def sheet(desk):
    answer = desk.get(f"{LIST}?export=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def bring(desk, rows):
    written = io.StringIO()
    table = csv.DictWriter(written, rows[0].keys())
    table.writeheader()
    table.writerows(rows)
    file = SimpleUploadedFile("papers.csv", written.getvalue().encode("utf-8-sig"))
    return desk.post(f"{LIST}fiscal/", {"sheet": file})


def test_papers_are_found_by_number_order_kind_and_device(desk, papers):
    chinese, kenyan = papers

    def found(query):
        text = desk.get(f"{LIST}?{query}").text
        return [paper for paper in papers if f"Invoice {paper.number}" in text]

    assert found("") == papers
    assert found(f"q={kenyan.number.lower()}") == [kenyan]
    assert found(f"q={kenyan.suborder.order.number}") == papers
    assert found("kind=credit_note") == []
    assert found("fiscal=missing") == [kenyan]
    assert found("fiscal=there") == []
    assert desk.get(f"{LIST}{chinese.pk}.pdf").content.startswith(b"%PDF-")


def test_an_order_shows_its_papers(desk, papers):
    page = desk.get(f"/organize/desk_orders/inspect/{papers[0].suborder.order_id}/")

    for paper in papers:
        assert f'href="{LIST}{paper.pk}.pdf">Invoice {paper.number}</a>' in page.text


def test_fiscal_numbers_come_back_in_the_sheet_that_was_taken_away(desk, papers):
    rows = sheet(desk)
    for row in rows:
        row["fiscal number"] = "KRA-77" if row["device"] else ""

    first, second = bring(desk, rows), bring(desk, rows)

    assert (first.status_code, second.status_code) == (302, 302)
    told = words(desk.get(LIST))
    assert "Brought in: 1 added, 0 as they were." in told
    assert "Brought in: 0 added, 1 as they were." in told
    assert [row["fiscal number"] for row in sheet(desk)] == [row["fiscal number"] for row in rows]
    assert ChangeLog.objects.filter(action="fiscal number").count() == 1
    assert "paper got its fiscal number" in words(desk.get("/organize/desk_log/"))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"number": "PCN-2027-00001"}, "No paper has this number and this sha256"),
        ({"sha256": "0" * 64}, "No paper has this number and this sha256"),
        ({"fiscal number": "K" * 81}, "80 signs at most"),
    ],
)
def test_a_sheet_with_a_wrong_row_fills_nothing(desk, papers, change, why):
    rows = [row | {"fiscal number": f"F-{n}"} for n, row in enumerate(sheet(desk))]
    kenyan = next(row for row in rows if row["device"])
    kenyan |= change

    answer = bring(desk, rows)

    assert answer.status_code == 422
    assert why in answer.text
    assert not Document.objects.exclude(fiscal_number="").exists()


def test_a_number_that_is_there_stays(desk, papers):
    rows = [row | {"fiscal number": "F-1"} for row in sheet(desk)]
    bring(desk, rows)

    answer = bring(desk, [row | {"fiscal number": "F-2"} for row in rows])

    assert answer.status_code == 422
    assert "has the fiscal number F-1 already" in answer.text
    assert set(Document.objects.values_list("fiscal_number", flat=True)) == {"F-1"}


def test_a_paper_that_stands_twice_in_a_sheet_is_refused(desk, papers):
    rows = [row | {"fiscal number": "F-1"} for row in sheet(desk)]

    answer = bring(desk, [*rows, rows[0]])

    assert answer.status_code == 422
    assert "stands in the sheet twice" in answer.text


def test_rules_of_tax_are_made_changed_and_removed(desk):
    typed = {"seller": "", "buyer": "DE", "up_to": "150", "treatment": "platform", "rate": "19",
             "source": "Directive", "seen_on": "2026-11-29"}  # fmt: skip

    made = desk.post(f"{LIST}tax/new/", typed)
    rule = TaxRule.objects.get()
    shown = words(desk.get(f"{LIST}tax/"))
    form = desk.get(f"{LIST}tax/{rule.pk}/")
    version = ChangeLog.objects.latest("pk").pk
    changed = desk.post(f"{LIST}tax/{rule.pk}/", typed | {"rate": "7.5", "version": version})

    assert (made.status_code, changed.status_code) == (302, 302)
    assert (rule.up_to, rule.rate_bp) == (150_00, 1_900)
    assert "every country Germany $150.00 Platform" in shown
    assert 'value="19.00"' in form.text
    assert TaxRule.objects.get().rate_bp == 750
    assert "rule of tax changed" in words(desk.get("/organize/desk_log/"))
    desk.post(f"{LIST}tax/{rule.pk}/remove/")
    assert not TaxRule.objects.exists()


def test_a_rule_that_contradicts_itself_is_told(desk):
    typed = {"treatment": "platform", "source": "Directive", "seen_on": "2026-11-29"}

    answer = desk.post(f"{LIST}tax/new/", typed)

    assert answer.status_code == 422
    assert "Say which rate the operator owes." in answer.text
    assert not TaxRule.objects.exists()


def test_organizers_say_who_sells_by_law(desk):
    store = make.merchant(name="Kazuri")

    answer = desk.post(f"/organize/stores/{store.pk}/seller/", {"legal_name": "Kazuri Ltd"})

    assert answer.status_code == 302
    store.refresh_from_db()
    assert store.seller_name == "Kazuri Ltd"
    assert "store got another seller by law" in words(desk.get(f"/organize/stores/{store.pk}/"))
