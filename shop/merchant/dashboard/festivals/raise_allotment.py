"""Setting more units of an approved deal aside."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shop.catalogue.stock.count import MOST
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.festivals.deals.actions import raise_allotment
from shop.festivals.models import Deal, Nomination
from shop.merchant.dashboard.access import MemberRequest, nominations_of, store_members
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right


def deals_of(nomination: Nomination) -> QuerySet[Deal]:
    """Return the deals of an approved nomination that are left, one for each variant."""
    rows = nomination.deals.exclude(state__in=Deal.GONE).select_related("variant")
    return rows.order_by("variant__position", "variant_id")


@require_POST
@store_members(Right.PRICES)
def raise_units(request: MemberRequest, merchant: Merchant, nomination_id: int) -> HttpResponse:
    """Raise the allotment of one deal of a nomination."""
    nomination = get_object_or_404(nominations_of(merchant), pk=nomination_id)
    deal = get_object_or_404(deals_of(nomination), pk=number_of(request.POST.get("deal", "")) or 0)
    units = number_of(request.POST.get("units", "").strip())
    try:
        if units is None or units > MOST:
            messages.error(
                request, _("Enter a number of units from 0 to %(most)d.") % {"most": MOST}
            )
        else:
            at = clock.moment_of(request)
            raise_allotment(deal, units, at=at, by=request.user, may_promise=False)
            messages.success(request, _("Your changes are saved."))
    except ShopError as refusal:
        messages.error(request, str(refusal))
    return redirect("workspace-nominate", merchant.slug, nomination.slot_id, nomination.product_id)
