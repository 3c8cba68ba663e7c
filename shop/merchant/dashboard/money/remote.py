"""The provider's form, by which a store says where it is paid: begun, gone on with, judged.

Whoever comes back from it, and whoever comes with a link that is over, comes here: the provider
is asked how things stand, and a new link is made for each click.
"""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from shop.core import clock
from shop.core.errors import GatewayError, NotPossible
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.money.settlements.countries import remote_ways
from shop.money.settlements.make import LEAST_BY_PROVIDER
from shop.money.settlements.models import PayoutMethod
from shop.money.settlements.remote.recipients import (
    FormAddresses,
    begin,
    form_for,
    look_at,
    no_answer,
    recipient_of,
)
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.ACCOUNT)
def form(request: MemberRequest, merchant: Merchant) -> HttpResponseBase:
    """Show how the form at the provider stands, or send a member who has just signed in there."""
    if request.method == "POST":
        return _go(request, merchant)
    row = recipient_of(merchant)
    ways = [row.way] if row else remote_ways(merchant)
    if not ways:
        raise Http404
    said = ""
    if row:
        try:
            look_at(row, at=clock.moment_of(request))
        except GatewayError as error:
            said = no_answer(error)
        row.refresh_from_db()
    currency = settings.SHOP_CURRENCY
    context = {
        "part": "money", "method": row, "said": said, "ways": ways, "currency": currency,
        "least": {str(way): least.in_minor(currency) for way, least in LEAST_BY_PROVIDER.items()},
    }  # fmt: skip
    return render(request, "shop/merchant/dashboard/provider_form.html", context)


@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no types
def _go(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Send a member to the form, by a link that is made now and kept nowhere."""
    at = clock.moment_of(request)
    here = reverse("workspace-provider-form", args=[merchant.slug])
    where = FormAddresses(back=settings.SITE_URL + here, again=settings.SITE_URL + here)
    try:
        way = request.POST.get("way", PayoutMethod.Way.GLOBAL)
        link = form_for(begin(merchant, way, at=at, by=request.user), where, at=at)
    except NotPossible as refusal:
        messages.error(request, str(refusal))
        return redirect("workspace-money", merchant.slug)
    except GatewayError as error:
        messages.error(request, no_answer(error))
        return redirect(here)
    return redirect(link)
