"""The rows of the signed-in member. Every query of the workspace starts here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core import clock, dates
from shop.festivals.local_time import wall_of
from shop.festivals.models import Deal, Nomination, NominationSpreadsheet
from shop.merchant.dashboard.second_step import StepFacts, lacks_second_step, memberships_of
from shop.merchant.imports.models import CatalogueSpreadsheet
from shop.orders.models import Order, Suborder, SuborderQuerySet
from shop.people.accounts.own_language import address_in_own_language
from shop.people.accounts.requests import SignedIn
from shop.people.accounts.second_step import lead_to_it
from shop.people.merchants.models import Membership, Merchant
from shop.people.merchants.roles import RIGHTS, Right, Role

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

OWNERS_NAMED = 3
type View = Callable[..., HttpResponseBase]


class MemberRequest(SignedIn):
    """The request of a member of a merchant; of which merchant, ``work_on`` notes."""

    memberships: list[WithAnnotations[Membership, StepFacts]]
    merchants: list[Merchant]
    merchant: Merchant
    membership: WithAnnotations[Membership, StepFacts]
    rights: frozenset[Right]
    zone_name: str
    has_holiday: bool  # one that is not over


class NotInRole(PermissionDenied):
    """A member of the store whose role does not include this."""


def members_or(otherwise: View) -> Callable[[View], View]:
    """Let a view answer members of a merchant only, with ``request.merchants`` set.

    Somebody not signed in is asked to sign in, somebody at an address without a language is led
    to it in their own. Where organizers demand the second step, a session
    that did not take it is led to it.

    Args:
        otherwise: answers somebody who is signed in and a member of no merchant.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: MemberRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if better := address_in_own_language(request):
                return redirect(better)
            request.memberships = list(memberships_of(request.user, at=clock.moment_of(request)))
            request.merchants = [row.merchant for row in request.memberships]
            if not request.merchants:
                response = otherwise(request, *args, **kwargs)
            elif lacks_second_step(request, request.memberships[0]):
                return lead_to_it(request, why=_("Members of stores sign in with a second step."))
            else:
                with timezone.override(None):  # left again: see ``work_on``
                    try:
                        response = view(request, *args, **kwargs)
                    except NotInRole:
                        response = _not_in_role(request)
            add_never_cache_headers(response)
            return response

        return guarded

    return decorate


def _nowhere(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Answer that there is no such page: pages of others do not exist for them."""
    raise Http404


members_only = members_or(_nowhere)


def store_members(
    see: Right | None = None, *, change: Right | None = None
) -> Callable[[View], View]:
    """Let a view answer members of the store that its address names, in a fitting role.

    The view is given that merchant in place of the name; see ``work_on``.

    Args:
        see: what a role has to include; None: every role.
        change: what it has to include beside, where something is sent.
    """

    def decorate(view: View) -> View:
        @members_only
        @wraps(view)
        def guarded(request: MemberRequest, store: str, **kwargs: object) -> HttpResponseBase:
            for row in request.memberships:
                if row.merchant.slug == store:
                    work_on(request, row.merchant, see, change=change)
                    return view(request, row.merchant, **kwargs)
            raise Http404

        return guarded

    return decorate


def work_on(
    request: MemberRequest,
    merchant: Merchant,
    see: Right | None = None,
    *,
    change: Right | None = None,
) -> None:
    """Note for which of the member's merchants this page is, and what the member may do there.

    Days and hours of the page are those of the store.

    Raises:
        NotInRole: the role does not include what the page needs.
        Http404: they do not act for this store, or not any more.
    """
    own = (row for row in request.memberships if row.merchant_id == merchant.pk)
    membership = next(own, None)
    if membership is None:
        raise Http404
    request.merchant, request.membership = merchant, membership
    request.rights = RIGHTS[membership.role]
    needs = {see, change if request.method == "POST" else None} - {None}
    refuse_without(request, *needs)
    until = merchant.away_until
    request.has_holiday = until is not None and until >= today_of(request)
    timezone.activate(merchant.zone)
    at, language = clock.moment_of(request), get_language() or settings.LANGUAGE_CODE
    request.zone_name = dates.zone_name(at, merchant.zone, language)


def refuse_without(request: MemberRequest, *needs: Right | None) -> None:
    """Refuse a member whose role in the store of the page lacks a right.

    Raises:
        NotInRole: it does.
    """
    if not request.rights.issuperset(right for right in needs if right):
        raise NotInRole


def _not_in_role(request: MemberRequest) -> HttpResponse:
    """Say which role somebody has, and who can give another."""
    owners = Membership.objects.filter(merchant=request.merchant, role=Role.OWNER)
    owners = owners.select_related("user").order_by("pk")
    context = {"owners": [row.user for row in owners[:OWNERS_NAMED]]}
    return render(request, "shop/merchant/dashboard/not_in_role.html", context, status=403)


def today_of(request: MemberRequest) -> date:
    """Return which day it is at the store that the page is for."""
    return wall_of(clock.moment_of(request), request.merchant.zone).date()


def suborders_of(request: MemberRequest) -> SuborderQuerySet:
    """Return the paid suborders of a member's merchants, never anybody else's part of an order."""
    return (
        Suborder.objects.filter(merchant__in=request.merchants, order__state=Order.State.PAID)
        .select_related("order__contact", "merchant")
        .order_by("-pk")
    )


def sold_by(merchant: Merchant) -> SuborderQuerySet:
    """Return a merchant's parts of paid orders, the newest first."""
    rows = Suborder.objects.sold().filter(merchant=merchant)
    return rows.select_related("order__contact").order_by("-pk")


def products_of(merchant: Merchant) -> QuerySet[Product]:
    """Return a merchant's products in every state."""
    return Product.objects.filter(merchant=merchant).select_related("category")


def nominations_of(merchant: Merchant) -> QuerySet[Nomination]:
    """Return a merchant's nominations, the newest first.

    ``is_void`` tells of one that is withdrawn whether its price was a mistake.
    """
    wrong = Deal.objects.filter(nomination=OuterRef("pk"), state=Deal.State.VOID)
    rows = Nomination.objects.filter(product__merchant=merchant, enrolment__merchant=merchant)
    rows = rows.annotate(is_void=Exists(wrong))
    return rows.select_related("slot__festival", "product", "enrolment").order_by("-pk")


def catalogue_sheets_of(merchant: Merchant) -> QuerySet[CatalogueSpreadsheet]:
    """Return the sheets of products that a merchant sent in, the newest first."""
    return CatalogueSpreadsheet.objects.filter(merchant=merchant).order_by("-pk")


def sheets_of(merchant: Merchant) -> QuerySet[NominationSpreadsheet]:
    """Return the sheets of nominations that a merchant sent in, the newest first."""
    return NominationSpreadsheet.objects.filter(merchant=merchant).order_by("-pk")
