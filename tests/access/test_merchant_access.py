"""Listing, pricing, sending and certificates have no barriers, with hostile words."""

from datetime import timedelta

from django.db import transaction

from shop.core import clock
from shop.core.forms.private_files import as_kept
from shop.merchant.imports.models import CatalogueSpreadsheet
from shop.orders import end
from shop.storefront.certifications import write
from shop.storefront.certifications.write import CertificationFacts
from tests import make, pages
from tests.browsing.steps import sign_in
from tests.cms.dashboard.people import organizer
from tests.shop.merchant.dashboard.desk import EVIL, catalogue_sheet


def test_the_work_of_a_store_has_no_barriers(stage, inspector):
    pages.home()
    at = clock.now()
    store = make.merchant(name="Amani Kettles", slug="amani")
    member = make.member(store, "ama@example.org")
    product = make.product(of=store, title=EVIL)
    kettle = make.variant(20_00, of=product, options=["Red"])
    make.listed(product)
    parts = []
    for _n in range(2):
        order = make.order({kettle: 1}, at=at)
        with transaction.atomic():
            end.mark_paid(end.lock(order.pk), at=at)
        parts.append(order.suborders.get())
    facts = CertificationFacts("Fair trade", EVIL[:60], EVIL, (at + timedelta(days=9)).date())
    sent = write.send(store, facts, [as_kept("a.pdf", b"%PDF-1")], at=at, by=member)
    own = "/merchant/amani/"
    sign_in(inspector.page, member.email, own)

    inspector.visit(
        f"{own}products/stock/", f"{own}products/prices/", f"{own}products/new/",
        f"{own}products/{product.pk}/preview/", f"{own}products/{product.pk}/delete/",
        f"{own}profile/certificates/", f"{own}profile/certificates/?mend={sent.pk}",
        f"{own}profile/holiday/", f"{own}orders/sent/", f"/merchant/orders/{parts[0].pk}/",
        f"/merchant/orders/{parts[0].pk}/parcels/add/",
    )  # fmt: skip
    assert inspector.found == []


def test_sheets_of_products_and_delivery_have_no_barriers(stage, inspector):
    pages.home()
    make.delivery(12_00)
    store = make.merchant(
        name="Amani Kettles", slug="amani", left_out=["DE"], free_from=90_00,
        days_off=[{"first": "2027-08-02", "last": "2027-08-03", "name": EVIL[:50]}],
    )  # fmt: skip
    member = make.member(store, "ama@example.org")
    done, open_one = (catalogue_sheet(store, member, state) for state in ("done", "checked"))
    asked = {"categories": {EVIL.casefold()[:90]: 2, "": 1},
             "lacking": {"home/kitchen": {"hs_code": 1, "origin": 1, "weight_g": 1}}}  # fmt: skip
    make.product(of=store)
    CatalogueSpreadsheet.objects.filter(pk=open_one.pk).update(asked=asked)
    own = "/merchant/amani/"
    sign_in(inspector.page, member.email, own)

    inspector.visit(
        f"{own}products/sheets/", f"{own}products/sheets/{done.pk}/",
        f"{own}products/sheets/{open_one.pk}/columns/",
        f"{own}products/sheets/{open_one.pk}/check/",
        f"{own}products/sheets/{done.pk}/changes/", f"{own}profile/delivery/",
        f"{own}profile/delivery/?to=CN",
    )  # fmt: skip
    assert inspector.found == []


def test_deciding_on_certificates_has_no_barriers(stage, inspector):
    pages.home()
    at, store = clock.now(), make.merchant()
    facts = CertificationFacts("Fair trade", EVIL[:60], EVIL, (at + timedelta(days=9)).date())
    papers = [as_kept("a.pdf", b"%PDF-1")]
    sent = write.send(store, facts, papers, at=at, by=make.member(store))
    sign_in(inspector.page, organizer().email, "/organize/")
    inspector.within = "main"

    inspector.visit(
        "/organize/certificates/", f"/organize/certificates/{sent.pk}/",
        f"/organize/stores/{store.pk}/certificate/",
    )  # fmt: skip

    assert inspector.found == []
