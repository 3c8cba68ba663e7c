"""A bookkeeper brings a thousand rows in: errors are mended at the desk and in the file."""

import re

from shop.catalogue.models import Product
from shop.imports.models import CatalogueSheet
from tests import make
from tests.browsing.steps import sign_in
from tests.journeys.ways import in_each_browser, journey
from tests.shop.imports.bringing import csv_of, store

pytestmark = journey
HEAD = ["Référence", "Désignation", "Catégorie", "Pointure", "Prix", "Stk", "Poids (kg)"]
ROWS = 1_000
WRONG = {17: "46,O0", 400: "quarante"}


def rows(*, mended: bool) -> list[list[str]]:
    found = []
    for n in range(ROWS):
        product, size = divmod(n, 5)
        price = "46,00" if mended or n not in WRONG else WRONG[n]
        found.append([f"SN-{product}-{size}", f"Sandale {product}", "chaussures", str(36 + size),
                      price, str(n % 10), "0,42"])  # fmt: skip
    return [HEAD, *found]


def sheet(lines):
    content = csv_of(lines, divider=";", encoding="cp1252")
    return {"name": "chaussures.csv", "mimeType": "text/csv", "buffer": content}


@in_each_browser
def test_a_thousand_rows_are_brought_in_mended_and_sent_again(stage, visitor, script):
    own = store(name="Keur Mbar", slug="keur-mbar", country="SN")
    page = visitor()
    sign_in(page, make.member(own, "awa@example.org").email, "/merchant/")
    page.goto("/merchant/keur-mbar/products/")
    page.get_by_role("link", name="Import").click()

    send(page, sheet(rows(mended=False)))
    match_and_ask(stage, page)
    mend(page)
    bring_in(stage, page, 995)
    assert Product.objects.count() == 199

    page.get_by_role("link", name="Another file").click()
    send(page, sheet(rows(mended=True)))
    stage.work()
    page.get_by_role("button", name="Check 1000 rows").click()  # as the last time
    stage.work()
    bring_in(stage, page, 1000)
    assert Product.objects.count() == 200
    last = CatalogueSheet.objects.latest("pk")
    assert last.rows.filter(outcome="new").count() == 5
    assert last.rows.filter(outcome="same").count() == 995


def send(page, file) -> None:
    page.get_by_label("Sheet, XLSX or CSV").set_input_files(file)
    page.get_by_role("button", name="Send the sheet").click()
    page.get_by_role("heading", name="Your sheet is being read").wait_for()


def match_and_ask(stage, page) -> None:
    """Go on with the columns as they were guessed, and say what the store's word means."""
    stage.work()
    page.get_by_role("heading", name="Which column is what").wait_for()
    assert page.get_by_text("Please check", exact=True).count() >= 6
    assert page.get_by_label("Decimals").input_value() == "comma"
    fits(page)
    page.get_by_role("button", name="Check 1000 rows").click()
    stage.work()
    page.get_by_label("chaussures").select_option("fashion/footwear")
    page.get_by_role("button", name="Use it and check again").click()
    page.get_by_role("heading", name="Your rows are being checked").wait_for()
    stage.work()
    page.get_by_role("heading", name="Check the sheet").wait_for()
    fits(page)


def mend(page) -> None:
    """Mend one of two rows on the page."""
    page.get_by_text("990 rows are ready.").wait_for()
    page.get_by_label(re.compile("Prix.*19")).fill("46,00")
    page.get_by_role("button", name="Check these again").click()


def bring_in(stage, page, count: int) -> None:
    page.get_by_text(f"{count} rows are ready.").wait_for()
    page.get_by_role("button", name=f"Bring in {count} rows").click()
    page.get_by_role("heading", name="Bringing in").wait_for()
    stage.work()
    page.get_by_role("heading", name="All rows are done").wait_for()
    fits(page)


def fits(page) -> None:
    """Hold that nothing of a page lies beside the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
