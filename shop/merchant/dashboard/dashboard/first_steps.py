"""What a new store has to do before its first sale, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from shop.catalogue.models import Product
from shop.festivals.models import Enrolment
from shop.merchant.academy.lessons import LessonProgress
from shop.merchant.dashboard.access import MemberRequest
from shop.money.settlements.models import PayoutMethod
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

MANY = 10
"""So many products make a store worth a visit."""
LESSON_AFTER = 4
"""Before the first product."""
JOINED = (Enrolment.State.APPLIED, Enrolment.State.ACCEPTED, Enrolment.State.WAITING)


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One thing to do; ``note`` counts, where there is something to count.

    ``needs`` is what a role has to include for it; None: every role.
    """

    title: str | Promise
    why: str | Promise
    url: str
    is_done: bool
    note: str = ""
    needs: Right | None = None


class SoFar(TypedDict):
    """What a store has by now."""

    published: int
    offered: int
    has_joined: bool
    has_account: bool


def first_steps(request: MemberRequest, learned: LessonProgress) -> list[FirstStep]:
    """Return the first steps of the store that the page is for; nothing once all are done.

    Nobody is asked for what only others can do. One statement.

    Args:
        learned: how far the member is in the academy; where there are no lessons, none is asked.
    """
    store, facts = request.merchant, _facts(request.merchant)
    there, offered = facts["published"], facts["offered"]
    found = [
        FirstStep(
            _("Sign in with a second step"), _("By an app on your phone, or a passkey."),
            reverse("mfa_index"), request.membership.has_step,
        ),
        FirstStep(
            _("Your store page"), _("Your story, and a logo or a picture."),
            reverse("workspace-profile", args=[store.slug]),
            bool(store.story and (store.logo_id or store.banner_id)), needs=Right.WORDS,
        ),
        FirstStep(
            _("The seller by law"), _("Invoices name it: name and address."),
            reverse("workspace-legal", args=[store.slug]),
            bool(store.legal_name and store.legal_address), needs=Right.ACCOUNT,
        ),
        FirstStep(
            _("How you are paid"), _("A bank account or a mobile money number."),
            reverse("workspace-account", args=[store.slug]), facts["has_account"],
            needs=Right.ACCOUNT,
        ),
        FirstStep(
            _("First product"), _("With pictures, price and stock; we look at it."),
            reverse("workspace-add", args=[store.slug]), offered > 0, needs=Right.WORDS,
        ),
        FirstStep(
            _("Ten products on sale"), _("Shoppers stay where there is something to choose from."),
            reverse("workspace-products", args=[store.slug]), there >= MANY,
            f"{min(there, MANY)} / {MANY}", Right.WORDS,
        ),
        FirstStep(
            _("A festival"), _("Read its terms, and choose what takes part."),
            reverse("workspace-festivals", args=[store.slug]), facts["has_joined"],
            needs=Right.PRICES,
        ),
    ]  # fmt: skip
    if learned.count:
        found.insert(LESSON_AFTER, FirstStep(
            _("A lesson of the academy"), _("Photographs, prices, parcels: each in half an hour."),
            reverse("learning"), learned.done > 0,
            f"{learned.done} / {learned.count}",
        ))  # fmt: skip
    own = [step for step in found if step.needs is None or step.needs in request.rights]
    return [] if all(step.is_done for step in own) else own


def _facts(store: Merchant) -> SoFar:
    joined = Enrolment.objects.filter(merchant=OuterRef("pk"), state__in=JOINED)
    account = PayoutMethod.objects.filter(merchant=OuterRef("pk")).exclude(
        state=PayoutMethod.State.CLOSED
    )
    on_sale = Q(products__state=Product.State.PUBLISHED)
    offered = on_sale | Q(products__state=Product.State.SUBMITTED)
    return (
        Merchant.objects.filter(pk=store.pk)
        .values(
            published=Count("products", filter=on_sale),
            offered=Count("products", filter=offered),
            has_joined=Exists(joined),
            has_account=Exists(account),
        )
        .get()
    )
