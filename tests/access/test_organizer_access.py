"""The organizers' screens have no barriers: our part of the page, not Wagtail's frame around it."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

from shop.festivals.changelog import log
from shop.festivals.enrolment import enrol
from shop.festivals.enrolment.terms import publish_terms
from shop.festivals.models import Enrolment, ProductRequest
from shop.storefront.listings import bulk
from tests import make
from tests.access.inspector import Inspector
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.make import NOON, START
from tests.sample.loaded import root_collection
from tests.shop.merchant.dashboard.desk import EVIL

# Wagtail's own menu and its panels at the side are left out; what we put on the page is not.
OURS = "main"


@pytest.fixture
def organized(market, inspector: Inspector):
    """Sign an organizer in, with hostile words in all that is to be decided on."""
    root_collection()
    inspector.page.watch.expect(404)  # some pictures have no files
    inspector.within = OURS
    sign_in(inspector.page, organizer().email, "/organize/")
    return market


@pytest.fixture
def coming(organized):
    """Plan a festival that stores and nominations wait for."""
    festival = make.festival(
        title=f"Harvest {EVIL}",
        state="draft",
        starts_at=START + timedelta(days=30),
        ends_at=START + timedelta(days=40),
    )
    make.slot(festival, label=f"Evening {EVIL}")
    applied = make.merchant(name=EVIL[:60])
    enrol.join(
        festival,
        applied,
        terms_version="1",
        commission_bp=festival.commission_bp,
        at=NOON,
        by=make.member(applied),
    )
    Enrolment.objects.filter(merchant=applied).update(state="applied")
    make.nomination(organized.jar, during=festival, price=10_00)
    make.nomination(organized.indigo, during=festival, price=39_00, allotment=2000)
    return festival


def test_the_planning_of_festivals_has_no_barriers(coming, inspector):
    page = inspector.page
    here = f"/organize/festivals/{coming.pk}/"
    slot = coming.slots.get(kind="flash")
    inspector.look()
    inspector.visit(
        "/organize/festivals/",
        here,
        f"{here}edit/",
        f"{here}words/fr/",
        f"{here}words/ar/",
        f"{here}slots/new/",
        f"{here}slots/{slot.pk}/",
    )

    for address, title in (("/organize/festivals/new/", "Title"), (f"{here}slots/new/", "")):
        page.goto(address)
        if title:
            page.get_by_label(title).first.fill("Harvest")
        page.locator("main form button[type=submit], main form button.button").first.click()
        page.get_by_text("Please look at this again").wait_for()
        inspector.look("with errors")

    assert inspector.found == []


def test_stores_and_nominations_have_no_barriers(coming, inspector):
    here = f"/organize/festivals/{coming.pk}/"
    publish_terms(coming, EVIL, at=NOON)
    ProductRequest.objects.create(festival=coming, country="KE", note=EVIL, at=NOON)
    inspector.visit(
        f"{here}stores/",
        f"{here}stores/?country=NG",
        f"{here}stores/invite/",
        f"{here}terms/",
        f"{here}wanted/",
        f"{here}nominations/",
        f"{here}nominations/?warnings=without",
        f"{here}nominations/?state=withdrawn",
    )
    waiting = coming.slots.get(kind="whole").nominations.values_list("pk", flat=True)
    asked = bulk.ask(coming, dict.fromkeys(waiting), at=NOON, by=organizer())
    inspector.visit(f"{here}nominations/bulk/{asked.pk}/")
    for row in coming.slots.get(kind="whole").nominations.order_by("pk"):
        inspector.visit(f"{here}nominations/{row.pk}/")

    assert inspector.found == []


def test_the_sign_in_of_stores_has_no_barriers(organized, inspector):
    member = make.member(organized.loom)
    TOTP.activate(member, generate_totp_secret())
    make.member(make.merchant(name=EVIL[:60]))

    inspector.visit("/organize/sign-in/", f"/organize/sign-in/{member.pk}/free/")
    inspector.page.locator("main form button").first.click()
    inspector.page.get_by_text("Please look at this again").wait_for()
    inspector.look("with errors")

    assert inspector.found == []


def test_new_products_and_lists_have_no_barriers(organized, inspector):
    draft = make.draft(organized.loom)
    make.shown_picture(draft, alt=EVIL)
    type(draft).objects.filter(pk=draft.pk).update(
        title=EVIL, summary=EVIL, description=EVIL, state="submitted", submitted_at=NOON
    )
    kettle = make.product(of=organized.loom)
    shown = make.shown_picture(kettle, alt=EVIL)
    change = make.pending_change(
        kettle, words={"title": EVIL, "description": EVIL, "tags": [EVIL[:30]]}, has_pictures=True
    )
    change.pictures.create(picture=shown.picture, alt=EVIL[:60])
    log(draft, "take down", at=NOON, festival=None, reason=EVIL)
    inspector.visit(
        "/organize/changes/",
        f"/organize/changes/{change.pk}/",
        f"/organize/new-products/{kettle.pk}/",
        f"/organize/new-products/{kettle.pk}/take-down/",
        f"/organize/stores/{organized.loom.pk}/",
        f"/organize/stores/{organized.loom.pk}/take-down/",
        "/organize/new-products/",
        f"/organize/new-products/{draft.pk}/",
        "/organize/desk_products/",
        f"/organize/desk_products/inspect/{draft.pk}/",
        "/organize/desk_stores/",
        f"/organize/desk_stores/inspect/{organized.loom.pk}/",
        "/organize/desk_orders/",
        "/organize/desk_log/",
        "/organize/desk_categories/",
        "/organize/desk_terms/",
        "/organize/desk_terms/new/",
        "/organize/desk_categories/new/",
    )

    assert inspector.found == []
