"""A store with one of everything, and every address of its desk."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from shop.catalogue.models import Product, ProductPicture, Variant
from shop.core.forms.private_files import as_kept
from shop.festivals.enrolment.terms import publish_terms
from shop.festivals.models import (
    Enrolment,
    Festival,
    Nomination,
    NominationSpreadsheet,
    Slot,
    SpreadsheetRow,
)
from shop.merchant.dashboard.people.invite import invite
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet
from shop.merchant.moderation import decide
from shop.merchant.moderation.models import PendingChange
from shop.merchant.share_kits.drawing import present_facts
from shop.merchant.share_kits.kits import KitChoice, ask
from shop.merchant.share_kits.models import ShareKit, SharePicture
from shop.orders import end
from shop.orders.documents.issue import issue_papers
from shop.orders.documents.models import Document
from shop.orders.models import Suborder
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.certifications.write import CertificationFacts, send
from shop.storefront.share_links.links import make_link
from shop.storefront.share_links.models import ShareLink
from tests import make
from tests.make import NOON, START

EVIL = "\"><img src=x onerror=alert(1)>'{{ 7*7 }}</script>\N{RIGHT-TO-LEFT OVERRIDE}"


@dataclass(frozen=True, slots=True)
class Desk:
    """A store, its member and one row of each kind."""

    merchant: Merchant
    member: User
    draft: Product
    product: Product
    variant: Variant
    picture: ProductPicture
    suborder: Suborder
    festival: Festival
    slot: Slot
    nomination: Nomination
    enrolment: Enrolment
    sheet: NominationSpreadsheet
    paper: Document
    colleague: int
    invited: int
    certificate: int
    sheet_of_paper: int
    brought: CatalogueSpreadsheet
    matched: CatalogueSpreadsheet
    kit: ShareKit
    link: ShareLink

    def address(self, pattern: str) -> str:
        """Return an address of this desk."""
        return "/merchant/" + pattern.format(
            store=self.merchant.slug,
            draft=self.draft.pk,
            product=self.product.pk,
            picture=self.picture.picture_id,
            suborder=self.suborder.pk,
            festival=self.festival.pk,
            slot=self.slot.pk,
            nomination=self.nomination.pk,
            sheet=self.sheet.pk,
            paper=self.paper.pk,
            colleague=self.colleague,
            invited=self.invited,
            certificate=self.certificate,
            sheet_of_paper=self.sheet_of_paper,
            brought=self.brought.pk,
            matched=self.matched.pk,
            kit=self.kit.pk,
            link=self.link.pk,
            printed="slip",
            version="1",
            kind="csv",
            language="fr",
            drawing="svg",
            file="story.jpg",
        )


# Every address of the desk with what it answers to: a stranger gets 404 and changes nothing.
ADDRESSES = [
    ("", "get"),
    ("orders/{suborder}/", "get post"),
    ("orders/{suborder}/papers/{paper}.pdf", "get"),
    ("orders/{suborder}/{printed}.pdf", "get"),
    ("orders/{suborder}/messages/", "get post"),
    ("orders/{suborder}/parcels/add/", "get post"),
    ("{store}/orders/sent/", "get post"),
    ("{store}/orders/{printed}s.pdf", "get"),
    ("{store}/", "get"),
    ("{store}/orders/", "get"),
    ("{store}/orders/packing.csv", "get"),
    ("{store}/papers/", "get"),
    ("{store}/papers/papers.csv", "get"),
    ("{store}/products/", "get"),
    ("{store}/products/new/", "get post"),
    ("{store}/products/channels/", "get post"),
    ("{store}/products/sheets/", "get post"),
    ("{store}/products/sheets/products.csv", "get"),
    ("{store}/products/sheets/shopify.csv", "get"),
    ("{store}/products/sheets/{brought}/", "get post"),
    ("{store}/products/sheets/{matched}/columns/", "get post"),
    ("{store}/products/sheets/{matched}/check/", "get post"),
    ("{store}/products/sheets/{brought}/changes/", "get"),
    ("{store}/products/sheets/{brought}/to-mend.csv", "get"),
    ("{store}/products/sheets/{brought}/prices.csv", "get"),
    ("{store}/products/stock/", "get post"),
    ("{store}/products/prices/", "get post"),
    ("{store}/products/{product}/", "get post"),
    ("{store}/products/{product}/withdraw/", "post"),
    ("{store}/products/{product}/change/take-back/", "post"),
    ("{store}/products/{product}/pictures/", "get post"),
    ("{store}/products/{product}/pictures/{picture}/", "post"),
    ("{store}/products/{product}/stock/", "get post"),
    ("{store}/products/{product}/prices/", "get post"),
    ("{store}/festivals/", "get"),
    ("{store}/festivals/{festival}/", "get"),
    ("{store}/festivals/{festival}/join/", "post"),
    ("{store}/festivals/{festival}/agree/", "post"),
    ("{store}/festivals/{festival}/leave/", "post"),
    ("{store}/festivals/{festival}/terms/{version}/", "get"),
    ("{store}/festivals/{festival}/sheet/", "get post"),
    ("{store}/festivals/{festival}/sheet.{kind}", "get"),
    ("{store}/sheets/{sheet}/", "get post"),
    ("{store}/sheets/{sheet}/refused.{kind}", "get"),
    ("{store}/festivals/{festival}/statement/", "get"),
    ("{store}/festivals/{festival}/statement.csv", "get"),
    ("{store}/slots/{slot}/{product}/", "get post"),
    ("{store}/slots/{slot}/{product}/check/", "post"),
    ("{store}/nominations/{nomination}/withdraw/", "post"),
    ("{store}/nominations/{nomination}/raise/", "post"),
    ("{store}/products/{product}/words/{language}/", "get post"),
    ("{store}/products/{product}/preview/", "get"),
    ("{store}/products/{product}/copy/", "post"),
    ("{store}/products/{draft}/delete/", "get post"),
    ("{store}/profile/", "get post"),
    ("{store}/profile/words/{language}/", "get post"),
    ("{store}/profile/change/take-back/", "post"),
    ("{store}/profile/seller/", "get post"),
    ("{store}/profile/delivery/", "get post"),
    ("{store}/profile/delivery/days/", "post"),
    ("{store}/profile/holiday/", "get post"),
    ("{store}/profile/certificates/", "get post"),
    ("{store}/profile/certificates/papers/{sheet_of_paper}/", "get"),
    ("{store}/profile/certificates/{certificate}/remove/", "post"),
    ("{store}/share/", "get post"),
    ("{store}/share/links/", "get post"),
    ("{store}/share/links/{link}/", "post"),
    ("{store}/share/links/{link}.{drawing}", "get"),
    ("{store}/share/{kit}/", "get"),
    ("{store}/share/{kit}/{file}", "get"),
    ("{store}/team/", "get post"),
    ("{store}/team/done/", "get"),
    ("{store}/team/leave/", "get"),
    ("{store}/team/leave/now/", "post"),
    ("{store}/team/{colleague}/", "get post"),
    ("{store}/team/invited/{invited}/", "post"),
]
OBJECTIONS = [
    ("{store}/object/", "get post"),
    ("{store}/products/{product}/object/", "get post"),
]
# Those of hosts are walked in tests/shop/orders/tickets/test_doors.py.
VISITS = [
    ("tickets/", "get"),
    ("tickets/photo/", "get post"),
    ("tickets/{ticket}/", "get post"),
    ("{store}/sessions/", "get"),
    ("{store}/sessions/month/", "get"),
    ("{store}/sessions/calendar/", "get post"),
    ("{store}/sessions/{seats}/", "get post"),
    ("{store}/sessions/{seats}/change/", "get post"),
    ("{store}/sessions/{seats}/stop/", "get post"),
    ("{store}/sessions/{seats}/door/", "get post"),
    ("{store}/sessions/{seats}/door/entries/", "post"),
    ("{store}/sessions/{seats}/guests.csv", "get"),
    ("{store}/products/{tour}/dates/", "get post"),
]
# Those of what follows a sale are walked in test_after_sale_doors.py.
AFTER_SALE = [
    ("orders/{suborder}/cannot-send/", "get post"),
    ("orders/{suborder}/replace/", "get post"),
    ("orders/{suborder}/parcels/{shipment}/", "get post"),
    ("orders/{suborder}/disputes/{dispute}/", "get post"),
    ("orders/{suborder}/disputes/papers/{slip}/", "get"),
    ("orders/{suborder}/disputes/papers/{slip}/remove/", "post"),
    ("replacements/{again}/", "get post"),
    ("returns/{request}/", "get post"),
    ("returns/pictures/{shot}.jpg", "get"),
    ("{store}/returns/", "get"),
    ("{store}/money/", "get"),
    ("{store}/money/held.csv", "get"),
    ("{store}/money/ask/", "post"),
    ("{store}/money/account/", "get post"),
    ("{store}/money/account/{method}/close/", "post"),
    ("{store}/money/provider/", "get post"),
    ("{store}/money/{settlement}/", "get"),
    ("{store}/money/{settlement}.csv", "get"),
    ("{store}/money/{settlement}/commission.pdf", "get"),
    ("{store}/money/proofs/{payout}/", "get"),
]
OWN_STORE_FOREIGN_ROW = [
    (pattern, methods)
    for pattern, methods in ADDRESSES
    if re.sub("{(language|printed|drawing|file)}", "", pattern).count("{") > 1
]


def open_desk(name: str = "Amani Kettles", **facts: object) -> Desk:
    """Return a store with one of everything."""
    merchant = make.merchant(name=name, **facts)
    variant = make.variant(20_00, of=make.product(of=merchant, title=f"Kettle of {name}"))
    make.listed(variant.product)
    order = make.order({variant: 2})
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=NOON)
    issue_papers(order.pk, at=NOON)
    coming = make.festival(
        starts_at=START + timedelta(days=30), ends_at=START + timedelta(days=40), state="draft",
        terms="",
    )  # fmt: skip
    nomination = make.nomination(variant, during=coming, percent=20)
    sheet = NominationSpreadsheet.objects.create(
        festival=coming, merchant=merchant, name="kettles.csv", language="en", at=NOON,
        worked_at=NOON,
    )  # fmt: skip
    for number in (2, 3):
        SpreadsheetRow.objects.create(
            sheet=sheet,
            number=number,
            cells={"sku": EVIL},
            place=str(number),
            state="refused",
            column="sku",
            text=EVIL,
        )
    publish_terms(coming, "Send within three days.", at=NOON)
    member = make.member(merchant)
    packer = make.member(merchant, role="packer")
    waiting = invite(merchant, f"new-{merchant.pk}@example.org", language="en", at=NOON, by=member)
    claim = CertificationFacts(
        "Fair trade", "FT-7", "Fair Body", (NOON + timedelta(days=99)).date()
    )
    claimed = send(merchant, claim, [as_kept("a.pdf", b"%PDF-1")], at=NOON, by=member)
    return Desk(
        merchant=merchant,
        member=member,
        draft=make.draft(merchant),
        product=variant.product,
        variant=variant,
        picture=make.shown_picture(variant.product),
        suborder=order.suborders.get(),
        festival=coming,
        slot=nomination.slot,
        nomination=nomination,
        enrolment=nomination.enrolment,
        sheet=sheet,
        paper=order.suborders.get().papers.get(),
        colleague=packer.memberships.get().pk,
        invited=waiting.pk,
        certificate=claimed.pk,
        sheet_of_paper=claimed.papers.get().pk,
        brought=catalogue_sheet(merchant, member, "done"),
        matched=catalogue_sheet(merchant, member, "checked"),
        kit=share_kit(merchant, variant.product, member),
        link=make_link(merchant, None, "Market", at=NOON, by=member),
    )


def catalogue_sheet(merchant: Merchant, member: User, state: str) -> CatalogueSpreadsheet:
    """Return a sheet of products with rows that are new, and one to be mended."""
    made = CatalogueSpreadsheet.objects.create(
        merchant=merchant, by=member, name=EVIL[:80], language="en", at=NOON, worked_at=NOON,
        state=state, headings=["sku", "name", EVIL[:90]], examples=["A", EVIL[:80], ""],
        fields=["sku", "title", ""], total=2, done_at=NOON if state == "done" else None,
    )  # fmt: skip
    told = {"what": "title", "before": EVIL, "after": EVIL, "row": 2}
    CatalogueRow.objects.create(sheet=made, number=2, group=2, cells={"cells": ["A", EVIL, ""]},
                                state="ready", outcome="new", changes=[told])  # fmt: skip
    CatalogueRow.objects.create(sheet=made, number=3, group=3, cells={"cells": ["B", EVIL, EVIL]},
                                state="wrong", outcome="new", problems=[[1, EVIL]])  # fmt: skip
    return made


def share_kit(merchant: Merchant, product: Product, member: User) -> ShareKit:
    """Return pictures to share of a product, as if they had been drawn."""
    kit = ask(merchant, KitChoice(product, None, "en"), at=NOON, by=member)
    kit.digest, kit.made_at = present_facts(kit, at=NOON).digest, NOON
    kit.save()
    SharePicture.objects.create(kit=kit, shape="story", content=b"JPEG", size=4)
    return kit


def look(desk: Desk, *, page: bool = False) -> None:
    """Let an organizer approve what waits for a look of the product on sale, or of the page."""
    of = {"merchant": desk.merchant} if page else {"product": desk.product}
    pending_change = PendingChange.objects.get(**of)
    decide.approve(
        pending_change, seen=pending_change.sent_at, at=NOON, by=make.user(is_staff=True)
    )
