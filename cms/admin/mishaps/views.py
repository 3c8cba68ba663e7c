"""What periodic work failed at: the list for a person, and closing one by hand."""

from __future__ import annotations

import re
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from cms.admin.confirm import Act, perform, reason_form
from cms.admin.mishaps.subjects import shown_of
from cms.admin.permissions import needs
from cms.admin.screens import page_number, show
from shop import clock
from shop.orders.models import NUMBER_START
from shop.payments.models import Operation, Payment
from shop.rounds import mishaps
from shop.rounds.models import Mishap

PAGE = 50
NUMBER = re.compile(r"(?<!\d)\d{6,12}$")  # of an order
LIST = "desk:mishaps"
STATES = [("open", "Open"), ("closed", "Closed"), ("all", "All")]


@require_safe
@needs("view_festival")
def all_mishaps(request: HttpRequest) -> HttpResponse:
    """List what failed, the latest first; those that wait for a person unless others are asked."""
    asked = {name: request.GET.get(name, "").replace("\0", "")[:80] for name in ("q", "round")}
    asked["state"] = request.GET.get("state", "open")[:10]
    number, query = page_number(request), f"?{urlencode(asked)}"
    rows = list(_sought(asked)[(number - 1) * PAGE : number * PAGE + 1])
    context = {
        "rows": shown_of(rows[:PAGE]),
        "states": STATES,
        "rounds": Mishap.objects.order_by("round").values_list("round", flat=True).distinct(),
        "asked": asked,
        "page": number,
        "back": f"{query}&page={number - 1}" if number > 1 else "",
        "next": f"{query}&page={number + 1}" if len(rows) > PAGE else "",
        "may_close": request.user.has_perm("shop.change_festival"),
    }
    return show(request, "mishaps.html", "What failed", icon="warning", **context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_festival")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a mishap with a reason."""
    found = get_object_or_404(Mishap, pk=pk)
    back = reverse(LIST)

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        mishaps.close(found, answers["reason"], at=at, by=request.user)
        return "Closed. When it fails again, it stands here again."

    ((_row, thing),) = shown_of([found])
    often = f"{found.count} time{pluralize(found.count)}"
    effects = [
        f"{found.round.capitalize()}: {thing.name}, {often} until now.",
        "It leaves the list of what waits for a person. Nothing else is changed.",
        "The work goes on trying. When it fails again, that is listed anew.",
    ]
    form = reason_form("Whoever looks next reads it.")
    act = Act("Close what failed", "Close it", effects, run, form)
    return perform(
        request, act, back=back, trail=[(back, "What failed")], barred=lambda: _barred(pk)
    )


def _barred(pk: int) -> str:
    is_open = Mishap.objects.filter(pk=pk, closed_at=None).exists()
    return "" if is_open else "It is closed already."


def _sought(asked: dict[str, str]) -> QuerySet[Mishap]:
    rows = Mishap.objects.select_related("closed_by").order_by("-last_at", "-pk")
    if asked["state"] in ("open", "closed"):
        rows = rows.filter(closed_at__isnull=asked["state"] == "open")
    if asked["round"]:
        rows = rows.filter(round=asked["round"])
    return rows.filter(_has(asked["q"].strip())) if asked["q"].strip() else rows


def _has(words: str) -> Q:
    """Return what finds words in what is said, or the number of an order."""
    number = NUMBER.search(words)
    orders = [str(int(number[0]) - NUMBER_START)] if number else []
    found = Q(words__icontains=words) | Q(error__icontains=words) | Q(round__icontains=words)
    found |= Q(key=words) | Q(kind="shop.order", key__in=orders)
    for model, way in ((Payment, "order"), (Operation, "payment__order")):
        keys = model.objects.filter(**{f"{way}__in": orders}).values_list("pk", flat=True)
        found |= Q(kind=model._meta.label_lower, key__in=[str(pk) for pk in keys])
    return found
