"""Where guests tell their host what they need: a wheelchair, a meal, a child's seat."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.checkout.order.access import own_order_page
from shop.core import clock, dates
from shop.core.errors import ShopError
from shop.core.forms.fields import ProseField
from shop.core.http import see_other
from shop.orders.models import Order
from shop.orders.tickets.needs import MOST_WORDS, coming_lines, needs_of, tell_needs


class NeedsForm(forms.Form):
    """A few words for the host."""

    words = ProseField(
        label=gettext_lazy("What should your host know?"), max_length=MOST_WORDS, required=False,
        help_text=gettext_lazy(
            "For instance a wheelchair, food that you do not eat, or how old a child is. Only the "
            "host reads it, and a week after the date it is deleted."
        ),
        widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@own_order_page
def needs(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    """Show and take what the guests of a date need."""
    at = clock.moment_of(request)
    asked = get_object_or_404(order.lines, pk=line_id)  # whose ticket may have been given back
    lines = [line for line in coming_lines(order, at=at) if line.pool_id == asked.pool_id]
    if not lines:
        raise Http404
    line = lines[0]
    first = {"words": needs_of(line.pool_id).get(order.pk, "")}
    form = NeedsForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            tell_needs(order.pk, line.pool_id, form.cleaned_data["words"], at=at)
        except ShopError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved. Your host sees it on the guest list."))
            return see_other("order", order.number, order.token)
    starts = cast("datetime", line.variant.session_start)
    merchant, language = line.suborder.merchant, get_language() or "en"
    zone = line.variant.session_zone or "UTC"
    place = merchant.place_of_clock(starts, zone, language)
    context = {
        "order": order, "line": line, "store": merchant.name, "form": form,
        "when": dates.of_visit(starts, zone, language, place),
    }  # fmt: skip
    status = 422 if form.errors else 200
    response = render(request, "shop/checkout/needs.html", context, status=status)
    # Without any referrer the form would be sent as from nowhere, and refused.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
