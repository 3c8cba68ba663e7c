"""Each paper as PDF: read back, it has its number, its parties and its amounts in any script."""

import csv
import io
import unicodedata
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from pypdf import PdfReader

from shop.catalogue.delivery.names import countries_by_name
from shop.orders.documents.issue import issue_papers
from shop.orders.documents.models import Document
from shop.orders.documents.pdf import as_pdf
from shop.orders.documents.series import canonical
from shop.orders.models import Order, OrderLine
from tests import make
from tests.make import NOON
from tests.shop.orders.documents.sold import invoice_of, live_abroad, paid, refund

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[4]
LANGUAGES = [code for code, _name in settings.LANGUAGES]
NAMES = ["Lin Yue", "林悦，人民路88号", "محمد العربي", "Ọláìtán Ọ̀ṣun", "Ɛsɛ Ɖoɖo", "ሰላም ገብረ"]


def signs(text):
    """Return the letters and digits of a text in the order of the alphabet, without their marks."""
    plain = unicodedata.normalize("NFKD", text)
    return sorted(sign for sign in plain if sign.isalnum())


def read(content):
    """Return the text of a PDF."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def missing(text, content):
    """Return the letters of a text that a PDF lacks."""
    return set(signs(text)) - set(signs(read(content)))


def sold(name="Lin Yue", language="en"):
    store = make.merchant(legal_name="Kazuri Ltd", country="KE")
    kettle = make.variant(20_00, of=make.product(of=store, title="Kettle", hs_code="7323.93"))
    order = paid({kettle: 2})
    live_abroad(order, name=name)
    Order.objects.update(language=language)
    return order


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_has_number_parties_and_amounts_in_each_language(language):
    paper = invoice_of(sold(language=language))

    content = as_pdf(paper)

    text = read(content)
    assert content.startswith(b"%PDF-")
    for said in (paper.number, paper.suborder.order.number, "Kazuri Ltd", "Lin Yue", "Kettle"):
        assert said in text
    with translation.override(language):
        words = translation.gettext("Sold by") + translation.gettext("Billed to")
    assert missing(words + paper.facts["page"]["total"][1], content) == set()
    info = PdfReader(io.BytesIO(content)).metadata
    assert (info.title, info.author) == (paper.facts["page"]["title"], "Kazuri Ltd")


@pytest.mark.parametrize("name", NAMES)
def test_names_in_any_script_are_set(name):
    content = as_pdf(invoice_of(sold(name=name)))

    assert missing(name, content) == set()


def test_arabic_is_written_from_right_to_left_in_joined_letters():
    paper = invoice_of(sold(name="محمد", language="ar"))

    def place(page, said):
        """Return where on a page a text begins."""
        found = []
        page.extract_text(
            visitor_text=lambda text, cm, tm, *_: said in text and found.append(cm[4] + tm[4])
        )
        return found[0]

    page = PdfReader(io.BytesIO(as_pdf(paper))).pages[0]
    # The seller stands first, so on the right; what an invoice is about comes last.
    assert place(page, "Kazuri") > place(page, paper.suborder.order.number)


def test_the_same_row_gives_the_same_bytes():
    paper = invoice_of(sold())

    first = as_pdf(paper)
    OrderLine.objects.update(title="Another kettle")
    with translation.override("zh-hans"):
        again = as_pdf(Document.objects.get())

    assert again == first


def test_a_credit_note_names_both_numbers():
    order = sold(language="fr")
    refund(order, {OrderLine.objects.get(): 1}, reason="Couvercle cassé")
    issue_papers(order.pk, at=NOON)

    note = Document.objects.get(kind="credit_note")
    text = read(as_pdf(note))

    assert note.number in text
    assert note.invoice.number in text
    assert "Couvercle cassé" in text


def test_it_is_no_fiscal_receipt_until_its_number_stands_on_it():
    paper = invoice_of(sold())
    before = read(as_pdf(paper))
    Document.objects.update(fiscal_number="KRA-2027-77")

    after = read(as_pdf(Document.objects.get()))

    assert "Not a fiscal receipt" in before
    assert "Not a fiscal receipt" not in after
    assert "KRA-2027-77" in after


def test_what_people_wrote_is_no_command():
    evil = '#panic("x") $1$ *bold* "quoted" \\ <label> @ref'
    paper = invoice_of(sold(name=evil))

    assert evil in " ".join(read(as_pdf(paper)).split())


def test_hundreds_of_lines_go_over_several_pages_with_their_heads():
    paper = invoice_of(sold())
    facts = paper.facts
    facts["page"]["rows"] *= 200
    paper.frozen = canonical(facts)

    pages = PdfReader(io.BytesIO(as_pdf(paper))).pages

    assert len(pages) > 3
    assert all("Qty" in page.extract_text() for page in pages[:-1])
    assert all(paper.number in page.extract_text() for page in pages)


def test_the_fonts_have_all_signs_of_our_words_and_of_all_countries():
    with (ROOT / "locale" / "strings.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    words = {name for code in LANGUAGES for _code, name in countries_by_name(code)}
    words |= {cell for row in rows for name, cell in row.items() if name != "note"}
    every = "".join(sorted(set("".join(words))))
    paper = invoice_of(sold())
    facts = paper.facts
    facts["page"]["notes"] = [every[n : n + 60] for n in range(0, len(every), 60)]
    paper.frozen = canonical(facts)

    assert missing(every, as_pdf(paper)) == set()
