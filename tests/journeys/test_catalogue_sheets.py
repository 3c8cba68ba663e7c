"""A bookkeeper brings a thousand rows in: errors are mended at the desk and in the file."""

import re

import pytest

from shop.catalogue.models import Product
from shop.merchant.imports.models import CatalogueSpreadsheet
from tests import make
from tests.browsing.steps import Spoken, sign_in
from tests.journeys.ways import in_each_browser, journey, on_desk_and_phone
from tests.shop.merchant.imports.bringing import csv_of, store

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
    bring_a_thousand(stage, visitor(), Spoken("en"))


@pytest.mark.long
@on_desk_and_phone
@pytest.mark.parametrize("language", ["fr", "ar"])
def test_a_thousand_rows_are_brought_in_in_french_and_arabic(stage, visitor, language):
    bring_a_thousand(stage, visitor(), Spoken(language))


def bring_a_thousand(stage, page, say: Spoken) -> None:
    """Send a sheet with errors, mend one on the page and one in the file, and send it again."""
    own = store(name="Keur Mbar", slug="keur-mbar", country="SN")
    sign_in(page, make.member(own, "awa@example.org").email)
    page.goto(f"{say.lead}/merchant/keur-mbar/products/")
    page.get_by_role("link", name=say("Import"), exact=True).click()

    send(page, sheet(rows(mended=False)), say)
    match_and_ask(stage, page, say)
    mend(page, say)
    bring_in(stage, page, 995, say)
    assert Product.objects.count() == 199

    page.get_by_role("link", name=say("Another file")).click()
    send(page, sheet(rows(mended=True)), say)
    stage.work()
    page.get_by_role("button", name=check_all(say)).click()  # as the last time
    stage.work()
    bring_in(stage, page, 1000, say)
    assert Product.objects.count() == 200
    last = CatalogueSpreadsheet.objects.latest("pk")
    assert last.rows.filter(outcome="new").count() == 5
    assert last.rows.filter(outcome="same").count() == 995


def check_all(say: Spoken) -> str:
    return say.many("Check %(count)s row", "Check %(count)s rows", ROWS)


def is_ready(say: Spoken, count: int) -> str:
    return say.many("%(count)s row is ready.", "%(count)s rows are ready.", count)


def send(page, file, say: Spoken) -> None:
    page.get_by_label(say("Sheet, XLSX or CSV")).set_input_files(file)
    page.get_by_role("button", name=say("Send the sheet")).click()
    page.get_by_role("heading", name=say("Your sheet is being read")).wait_for()


def match_and_ask(stage, page, say: Spoken) -> None:
    """Go on with the columns as they were guessed, and say what the store's word means."""
    stage.work()
    page.get_by_role("heading", name=say("Which column is what")).wait_for()
    assert page.get_by_text(say("Please check"), exact=True).count() >= 6
    assert page.get_by_label(say("Decimals")).input_value() == "comma"
    fits(page)
    page.get_by_role("button", name=check_all(say)).click()
    stage.work()
    page.get_by_label("chaussures").select_option("fashion/footwear")
    page.get_by_role("button", name=say("Use it and check again")).click()
    page.get_by_role("heading", name=say("Your rows are being checked")).wait_for()
    stage.work()
    page.get_by_role("heading", name=say("Check the sheet")).wait_for()
    fits(page)


def mend(page, say: Spoken) -> None:
    """Mend one of two rows on the page."""
    page.get_by_text(is_ready(say, 990)).wait_for()
    page.get_by_label(re.compile("Prix.*19")).fill("46,00")
    page.get_by_role("button", name=say("Check these again")).click()


def bring_in(stage, page, count: int, say: Spoken) -> None:
    page.get_by_text(is_ready(say, count)).wait_for()
    name = say.many("Bring in %(count)s row", "Bring in %(count)s rows", count)
    page.get_by_role("button", name=name).click()
    page.get_by_role("heading", name=say("Bringing in")).wait_for()
    stage.work()
    page.get_by_role("heading", name=say("All rows are done")).wait_for()
    fits(page)


def fits(page) -> None:
    """Hold that nothing of a page lies beside the screen."""
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
