"""The merchants' own workspace: what is to be sent, and sending it."""

from django.contrib import messages
from django.db.models import Count, Prefetch, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shop import clock
from shop.delivery.models import Carrier
from shop.delivery.names import country_name
from shop.errors import ShopError
from shop.orders.models import OrderLine, Suborder
from shop.orders.shipping import ship
from shop.workspace.forms import ShipmentForm
from shop.workspace.own import members_only, suborders_of

SHOWN = 50


@require_GET
@members_only
def overview(request: HttpRequest) -> HttpResponse:
    """Show what is to be sent, soonest first, and what was sent last."""
    own = suborders_of(request.user).prefetch_related(
        Prefetch("lines", OrderLine.objects.order_by("position"))
    )
    today = clock.moment_of(request).date()
    waiting = own.filter(state=Suborder.State.WAITING).order_by("ship_by", "pk")[:SHOWN]
    sent = own.exclude(state=Suborder.State.WAITING).prefetch_related("shipments")[:SHOWN]
    sums = suborders_of(request.user).aggregate(
        waiting=Count("pk", filter=Q(state=Suborder.State.WAITING)),
        due=Count("pk", filter=Q(state=Suborder.State.WAITING, ship_by__lte=today)),
        payout=Sum("payout"),
        orders=Count("pk"),
    )
    context = {"waiting": list(waiting), "sent": list(sent), "sums": sums, "today": today}
    return render(request, "shop/workspace/overview.html", context)


@require_http_methods(["GET", "POST"])
@members_only
def suborder(request: HttpRequest, suborder_id: int) -> HttpResponse:
    """Show one order to send, and record that it left."""
    found = get_object_or_404(suborders_of(request.user), pk=suborder_id)
    form = ShipmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            ship(found, **form.cleaned_data, at=clock.moment_of(request), by=request.user)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            text = _("%(number)s is marked as sent. The shopper was mailed.")
            messages.success(request, text % {"number": found.order.number})
            return redirect("merchant")
    context = {
        "suborder": found,
        "lines": found.lines.all(),
        "shipments": found.shipments.all(),
        "country": country_name(found.order.contact.country, "en"),
        "form": form,
        "carriers": Carrier.objects.exclude(kind="tracker").values_list("name", flat=True),
        "today": clock.moment_of(request).date(),
    }
    status = 422 if form.errors else 200
    return render(request, "shop/workspace/suborder.html", context, status=status)
