"""Sends the owners' invitations of a festival's stores again, where no owner signs in yet."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.dashboard.addresses import trail_of
from cms.dashboard.confirm import Act, perform
from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.screens import show
from shop.core import clock
from shop.core.errors import ShopError
from shop.festivals.enrolment.owners import without_owner
from shop.festivals.models import Festival
from shop.merchant.dashboard.people.invite import send_again
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import StoreInvitation
from shop.people.merchants.roles import Role

ONCE = timedelta(days=1)
"""A store is reminded once in this time: each email replaces the link of the one before."""


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
@proved_again
def remind(request: SignedIn, pk: int) -> HttpResponse:
    """Send the invitations of owners again, for all stores of a festival that have none."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    rows = without_owner(festival.enrolments.all())
    stores = dict(rows.order_by("merchant__name").values_list("merchant", "merchant__name"))
    open_ones = list(StoreInvitation.objects.filter(
        merchant__in=stores, role=Role.OWNER, accepted_at=None, taken_back_at=None
    ).order_by("merchant", "pk"))  # fmt: skip
    fresh = {row.merchant_id for row in open_ones if row.sent_at > at - ONCE}
    invited = [row for row in open_ones if row.merchant_id not in fresh]

    def run(_answers: dict[str, Any]) -> str:
        sent = failed = 0
        for row in invited:
            try:
                send_again(row, at=at, by=request.user)
            except ShopError:
                failed += 1
            else:
                sent += 1
        left = f" {failed} could not be sent: look at their stores." if failed else ""
        return f"{sent} invitation{'' if sent == 1 else 's'} sent again.{left}"

    asked = _names(stores, {row.merchant_id for row in invited})
    never = _names(stores, stores.keys() - {row.merchant_id for row in open_ones})
    effects = [
        *([f"Sent again, with a new link: the invitations of {asked}. The earlier link ends."]
          if asked else []),
        *([f"Left out, as they got this email in the last 24 hours: {_names(stores, fresh)}."]
          if fresh else []),
        *([f"No owner is invited for {never}. Invite one on each store’s page."]
          if never else []),
        *([] if stores else ["An owner signs in for every store of this festival."]),
    ]  # fmt: skip
    stores_page = reverse("desk:festival-stores", args=[pk])
    act = Act("Remind stores without an owner", "Send them again", effects, run)
    trail = [*trail_of(festival), (stores_page, "Stores")]
    barred = "" if invited else "There is no invitation to send again now."
    if barred and request.method != "POST":
        return show(
            request, "act.html", act.title, trail=trail, icon="cog", act=act, form=act.form(),
            back=stores_page, barred=barred,
        )  # fmt: skip
    return perform(request, act, back=stores_page, trail=trail, barred=lambda: barred)


def _names(stores: Mapping[int, str], wanted: Collection[int]) -> str:
    return ", ".join(name for pk, name in stores.items() if pk in wanted)
