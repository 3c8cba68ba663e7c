"""The rows of the signed-in member. Every query of the workspace starts here."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop import clock, dates
from shop.accounts.models import User
from shop.accounts.requests import SignedIn
from shop.accounts.second_step import lead_to_it
from shop.catalogue.models import Product
from shop.festivals.local_time import wall_of
from shop.festivals.models import Deal, Nomination, NominationSheet
from shop.merchants.models import Membership, Merchant
from shop.orders.models import Order, Suborder, SuborderQuerySet
from shop.workspace.second_step import StepFacts, lacks_second_step, memberships_of

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

type View = Callable[..., HttpResponseBase]


class MemberRequest(SignedIn):
    """The request of a member of a merchant; of which merchant, ``work_on`` notes."""

    memberships: list[WithAnnotations[Membership, StepFacts]]
    merchants: list[Merchant]
    merchant: Merchant
    sees_money: bool
    zone_name: str


def members_or(otherwise: View) -> Callable[[View], View]:
    """Let a view answer members of a merchant only, with ``request.merchants`` set.

    Somebody not signed in is asked to sign in. Where organizers demand the second step, a session
    that did not take it is led to it.

    Args:
        otherwise: answers somebody who is signed in and a member of no merchant.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: MemberRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            request.memberships = list(memberships_of(request.user))
            request.merchants = [row.merchant for row in request.memberships]
            if not request.merchants:
                response = otherwise(request, *args, **kwargs)
            elif lacks_second_step(request, request.memberships[0]):
                return lead_to_it(request, why=_("Members of stores sign in with a second step."))
            else:
                with timezone.override(None):  # left again: see ``work_on``
                    response = view(request, *args, **kwargs)
            add_never_cache_headers(response)
            return response

        return guarded

    return decorate


def _nowhere(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """Answer that there is no such page: pages of others do not exist for them."""
    raise Http404


members_only = members_or(_nowhere)


def store_members_only(view: View) -> View:
    """Let a view answer members of the store that its address names, and nobody else.

    The view is given that merchant in place of the name; see ``work_on``.
    """

    @members_only
    @wraps(view)
    def guarded(request: MemberRequest, store: str, **kwargs: object) -> HttpResponseBase:
        for row in request.memberships:
            if row.merchant.slug == store:
                work_on(request, row.merchant)
                return view(request, row.merchant, **kwargs)
        raise Http404

    return guarded


def work_on(request: MemberRequest, merchant: Merchant) -> None:
    """Note for which of the member's merchants this page is, and whether it shows money.

    Days and hours of the page are those of the store.
    """
    membership = next(row for row in request.memberships if row.merchant_id == merchant.pk)
    request.merchant = merchant
    request.sees_money = membership.may_see_money
    timezone.activate(merchant.zone)
    at, language = clock.moment_of(request), get_language() or settings.LANGUAGE_CODE
    request.zone_name = dates.zone_name(at, merchant.zone, language)


def today_of(request: MemberRequest) -> date:
    """Return which day it is at the store that the page is for."""
    return wall_of(clock.moment_of(request), request.merchant.zone).date()


def suborders_of(user: User) -> SuborderQuerySet:
    """Return the paid suborders of the user's merchants, never anybody else's part of an order."""
    return (
        Suborder.objects.filter(merchant__memberships__user=user, order__state=Order.State.PAID)
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


def sheets_of(merchant: Merchant) -> QuerySet[NominationSheet]:
    """Return the sheets of nominations that a merchant sent in, the newest first."""
    return NominationSheet.objects.filter(merchant=merchant).order_by("-pk")
