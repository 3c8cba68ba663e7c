"""A store's catalogue as Shopify's sheet: what it says, and that it comes in again unchanged."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.catalogue.models import Category, Product
from shop.merchant.imports.models import BroughtProduct, SpreadsheetPicture
from shop.merchant.moderation.models import PendingChange
from tests import make
from tests.make import NOON
from tests.shop.merchant.dashboard.imports.test_views import where
from tests.shop.merchant.imports.bringing import (
    all_in,
    checked,
    csv_of,
    outcomes,
    problems,
    sent,
    store,
    told,
)
from tests.shop.merchant.imports.test_formats import SHOPIFY_NEW
from tests.shop.merchant.imports.test_own_sheets import ROWS

pytestmark = pytest.mark.django_db


@pytest.fixture
def own(client, clock_at):
    clock_at(NOON)
    made = store(country="SN")
    client.force_login(made.owner)
    return made


def exported(client, own) -> bytes:
    return b"".join(client.get(where(own, "shopify.csv")).streaming_content)


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.fixture
def shelf(own):
    """Return a store with products of every kind, some of them hard to write down."""
    all_in(own, csv_of(ROWS))
    sandal = Product.objects.get(title="Toe-loop sandal")
    for n in range(5):  # more than it has sizes
        make.shown_picture(sandal, alt=f"Sandal from side {n}, =1+1")
    known = {"of": own, "category": Category.objects.get(path="home")}
    bag = make.product(
        **known, title='Bag, "Dakar" <small>', option_names=["Size"], tags=["a_b", "red, blue"],
        description="One & two.\n\n• <b>Three</b>\n• four  \nfive\n\n\n\nSix \u200bseven",
        materials=["goat leather, tanned"], origin="SN", hs_code="4202.21", summary="=1+1",
        gender="female", age_group="kids", colour="Tan",
    )  # fmt: skip
    make.variant(20_00, of=bag, options=["Large"], on_hand=0)
    make.variant(21_50, of=bag, options=["Small; flat"], on_hand=3)
    make.variant(5_00, of=bag, options=["Gone"], is_active=False)
    make.pending_change(bag, words={"title": "Better bag"})
    make.variant(9_00, of=make.product(**known, title="Gone", state="withdrawn"))
    make.variant(9_00, of=make.product(**known, title="Waits", state="submitted"))
    make.draft(own)
    make.variant(7_00, of=make.product(of=own, kind="experience", title="Walk"))
    return own


def test_shopifys_sheet_has_its_own_headings_and_a_row_for_each_size(client, shelf):
    rows = rows_of(exported(client, shelf))

    assert set(rows[0]) <= set(SHOPIFY_NEW)
    sandal = [row for row in rows if row["URL handle"] == rows[0]["URL handle"]]
    assert [row["SKU"] for row in sandal] == ["TOE-T-38", "TOE-T-40", "TOE-B-38", "", ""]
    assert [row["Title"] for row in sandal] == ["Toe-loop sandal", "", "", "", ""]
    assert [row["Image position"] for row in sandal] == ["1", "2", "3", "4", "5"]
    first = sandal[0]
    assert {name: first[name] for name in (
        "Description", "Vendor", "Type", "Tags", "Published on online store", "Status", "Price",
        "Option1 name", "Option1 value", "Option2 name", "Option2 value", "Inventory quantity",
        "Weight value (grams)", "SEO description",
    )} == {
        "Description": "<p>A sandal.</p>", "Vendor": shelf.name, "Type": "fashion/footwear",
        "Tags": "sandal, leather", "Published on online store": "FALSE", "Status": "Draft",
        "Price": "46.00", "Option1 name": "Colour", "Option1 value": "Tan", "Option2 name": "Size",
        "Option2 value": "38", "Inventory quantity": "9", "Weight value (grams)": "420",
        "SEO description": "For hot days",
    }  # fmt: skip
    assert first["Product image URL"].startswith("http")
    by_title = {row["Title"]: row for row in rows if row["Title"]}
    assert by_title["Better bag"]["Status"] == "Active"
    assert by_title["Gone"]["Status"] == "Archived"
    assert by_title["Waits"]["Option1 value"] == "Default Title"
    assert "Walk" not in by_title


def test_shopifys_sheet_comes_in_again_and_changes_nothing_row_by_row(client, shelf):
    before = {row.pk: (told(row), row.titles) for row in Product.objects.all()}
    waits = list(PendingChange.objects.values("product", "words", "texts", "variants", "sent_at"))
    known = BroughtProduct.objects.count()
    content = exported(client, shelf)

    sheet = checked(sent(shelf, content, name="shopify.csv"))

    assert (sheet.format, problems(sheet)) == ("shopify", {})
    assert sheet.rows.count() == len(rows_of(content))
    for row in sheet.rows.order_by("number"):
        assert (row.number, row.state, row.outcome, row.changes) == (
            row.number, "ready", "same", []
        )  # fmt: skip
    all_in(shelf, content)
    assert {row.pk: (told(row), row.titles) for row in Product.objects.all()} == before
    after = list(PendingChange.objects.values("product", "words", "texts", "variants", "sent_at"))
    assert after == waits
    assert BroughtProduct.objects.count() == known
    assert not SpreadsheetPicture.objects.exists()


def test_the_own_sheet_changes_nothing_of_the_same_products_either(client, shelf):
    content = b"".join(client.get(where(shelf, "products.csv")).streaming_content)

    sheet = checked(sent(shelf, content))

    assert problems(sheet) == {}
    assert set(outcomes(sheet)) == {("ready", "same")}


def test_shopifys_sheet_costs_the_same_statements_for_one_product_and_for_fifty(client, own):
    make.variant(9_00, of=make.product(of=own))
    with CaptureQueriesContext(connection) as one:
        exported(client, own)
    for _n in range(50):
        make.shown_picture(make.variant(9_00, of=make.product(of=own)).product)

    with CaptureQueriesContext(connection) as many:
        exported(client, own)

    assert len(many) == len(one)


def test_a_store_without_products_gets_the_headings_alone(client, own):
    (line,) = exported(client, own).decode("utf-8-sig").splitlines()

    assert line.startswith("Title,URL handle,")
