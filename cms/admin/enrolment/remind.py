"""Reminding the stores of a festival for which no owner signs in, all at once."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.admin.addresses import trail_of
from cms.admin.confirm import Act, perform
from cms.admin.permissions import needs, proved_again
from shop import clock
from shop.accounts.requests import SignedIn
from shop.errors import ShopError
from shop.festivals.enrolment.owners import without_owner
from shop.festivals.models import Festival
from shop.merchants.models import StoreInvitation
from shop.merchants.roles import Role
from shop.workspace.people.invite import send_again


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_merchant")
@proved_again
def remind(request: SignedIn, pk: int) -> HttpResponse:
    """Send the invitations of owners again, for all stores of a festival that have none."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    rows = without_owner(festival.enrolments.all())
    stores = dict(rows.order_by("merchant__name").values_list("merchant", "merchant__name"))
    open_ones = StoreInvitation.objects.filter(
        merchant__in=stores, role=Role.OWNER, accepted_at=None, taken_back_at=None
    ).order_by("merchant", "pk")
    invited = list(open_ones)

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

    known = {row.merchant_id for row in invited}
    asked = ", ".join(name for pk, name in stores.items() if pk in known)
    never = ", ".join(name for pk, name in stores.items() if pk not in known)
    effects = [
        *([f"Sent again, with a new link: the invitations of {asked}."] if asked else []),
        *([f"No owner is invited for {never}. Invite one on each store’s page."]
          if never else []),
        *([] if stores else ["An owner signs in for every store of this festival."]),
    ]  # fmt: skip
    stores_page = reverse("desk:festival-stores", args=[pk])
    act = Act("Remind stores without an owner", "Send them again", effects, run)
    trail = [*trail_of(festival), (stores_page, "Stores")]
    barred = "" if invited else "There is no invitation to send again."
    if request.method == "POST":
        return perform(request, act, back=stores_page, trail=trail, barred=lambda: barred)
    return perform(request, act, back=stores_page, trail=trail)
