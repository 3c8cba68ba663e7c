"""Every sheet that can be taken away from the organizers' desk, with words made to hurt in it."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import get_resolver
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from shop.catalogue.models import Product, Variant
from shop.festivals.models import CodeBatch, Festival, Promotion, Slot
from shop.people.merchants.models import Merchant
from tests import make
from tests.cms.dashboard.sales import at, sold_festival
from tests.formulas import EVIL, formulas
from tests.make import NOON, START
from tests.pages import home

pytestmark = pytest.mark.django_db
NOW = NOON  # of the desk
SECOND = timedelta(seconds=1)
PARTS = ("days", "countries", "merchants", "products", "slots", "promotions", "funds",
         "evidence-stores", "evidence-products", "evidence-countries")  # fmt: skip


@pytest.fixture
def evil():
    """Sell something of which every word is a formula."""
    festival = sold_festival()
    make.promotion(festival, group="voucher", trigger="code", code="A", value=1_00)
    for model, name in ((Product, "title"), (Merchant, "name"), (Variant, "sku"),
                        (Slot, "label"), (Promotion, "title")):  # fmt: skip
        model.objects.update(**{name: EVIL})
    Festival.objects.update(title=EVIL)
    return festival


def test_the_sheets_of_a_festival_hold_no_formula(desk, evil):
    moments = {"first": (START - SECOND).isoformat(), "second": START.isoformat()}
    asked = [
        ("report/report.xlsx", {}),
        *((f"report/{part}.csv", {}) for part in PARTS),
        *((f"statements/{evil.merchant.pk}.{kind}", {}) for kind in ("csv", "xlsx")),
        *(("prices/changes/", moments | {"format": kind}) for kind in ("csv", "xlsx")),
        *(("prices/", {"at_wall": "2027-05-12T12:00", "format": kind}) for kind in ("csv", "xlsx")),
    ]
    seen = 0
    for address, query in asked:
        answer = desk.get(at(evil, address), query)
        assert answer.headers["Content-Disposition"].startswith("attachment"), address
        assert formulas(answer) == [], address
        seen += b"x;'=A(1),'@B(2)" in answer.getvalue()
    assert seen >= 6  # the words are in them, and not packed


def test_the_sheet_of_codes_holds_no_formula(desk, evil):
    voucher = Promotion.objects.get()
    batch = CodeBatch.objects.create(promotion=voucher, label=EVIL, size=1, at=NOON)
    batch.claims.create(promotion=voucher, code="=1+1")

    answer = desk.get(at(evil, f"benefits/{voucher.pk}/codes/{batch.pk}/"))

    assert "'=1+1" in answer.text
    assert formulas(answer) == []


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_lists_and_reports_that_wagtail_writes_hold_no_formula(client, evil, kind):
    client.force_login(get_user_model().objects.create_superuser("root@example.org", "x"))
    page = home()
    page.title = page.draft_title = EVIL
    page.save_revision(log_action=True).publish()
    page.locked, page.locked_at = True, NOON
    page.save()
    seen: list[str] = []
    for address in exporting():
        answer = client.get(f"/organize/{address}", {"export": kind})
        if not answer.headers.get("Content-Disposition", "").startswith("attachment"):
            continue
        assert formulas(answer, seen) == [], address
    assert sum("x;'=A(1)" in text for text in seen) >= 3  # products, stores, locked pages


def exporting() -> list[str]:
    """Return the addresses of all views of the desk of which Wagtail can write a sheet."""
    desk = next(p for p in get_resolver().url_patterns if str(p.pattern) == "organize/")
    return sorted(set(_below(desk.url_patterns, "")))


def _below(patterns, before):
    for pattern in patterns:
        address = before + re.sub(r"^\^|\$$|\\Z$", "", str(pattern.pattern))
        if hasattr(pattern, "url_patterns"):
            yield from _below(pattern.url_patterns, address)
            continue
        view = getattr(pattern.callback, "view_class", None)
        if view and issubclass(view, SpreadsheetExportMixin) and not set(address) & set("<("):
            yield address
