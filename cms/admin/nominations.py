"""The review queue: what each nomination means, on one row, and the decision."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.admin.festivals import trail_of
from cms.admin.pages import seen_at, show
from cms.admin.permissions import needs
from cms.admin.reviewing import ReviewRow, review_rows
from shop import clock
from shop.errors import ShopError
from shop.festivals import nominating
from shop.festivals.mailing import tell_decided
from shop.festivals.models import Festival, Nomination
from shop.listings import taking_part

PAGE = 50
STATES = (
    ("submitted", "Waiting"), ("approved", "Approved"), ("changes_requested", "Changes asked for"),
    ("rejected", "Rejected"), ("withdrawn", "Withdrawn"),
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_nomination", to_post="review_nomination")
def nominations(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the queue of a festival; approve those that are ticked and have no warning."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    if request.method == "POST":
        return _approve_many(request, festival)
    state = request.GET.get("state", "submitted")
    slot = request.GET.get("slot", "")
    found = _of(festival).filter(state=state)
    if slot.isdecimal() and len(slot) < 19:
        found = found.filter(slot=int(slot))
    before = request.GET.get("after", "")
    if before.isdecimal() and len(before) < 19:
        found = found.filter(pk__gt=int(before))
    page = list(found.order_by("pk")[: PAGE + 1])
    context = {
        "festival": festival,
        "rows": review_rows(page[:PAGE], at=at),
        "states": STATES,
        "slots": festival.slots.order_by("starts_at"),
        "asked": {"state": state, "slot": slot},
        "next": page[PAGE - 1].pk if len(page) > PAGE else None,
        "can_review": request.user.has_perm("shop.review_nomination"),
    }
    return show(
        request, "nominations.html", "Nominations", trail=trail_of(festival), icon="tag", **context
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_nomination", to_post="review_nomination")
def nomination(request: HttpRequest, pk: int, nomination_id: int) -> HttpResponse:
    """Show one nomination with all its variants, and decide."""
    festival = get_object_or_404(Festival, pk=pk)
    found = get_object_or_404(_of(festival), pk=nomination_id)
    at = clock.moment_of(request)
    if request.method == "POST":
        return _decide(request, found)
    row: ReviewRow = review_rows([found], at=at)[0]
    queue = (reverse("desk:festival-nominations", args=[festival.pk]), "Nominations")
    context = {
        "festival": festival,
        "row": row,
        "deals": found.deals.select_related("variant").order_by("pk")[:200],
        "can_review": request.user.has_perm("shop.review_nomination"),
    }
    return show(
        request,
        "nomination.html",
        found.product.title,
        trail=[*trail_of(festival), queue],
        icon="tag",
        **context,
    )


def _of(festival: Festival) -> QuerySet[Nomination]:
    rows = Nomination.objects.filter(slot__festival=festival)
    return rows.select_related(
        "slot__festival", "product__merchant", "enrolment__festival", "reviewer"
    )


def _decide(request: HttpRequest, found: Nomination) -> HttpResponse:
    here = redirect("desk:nomination", found.slot.festival_id, found.pk)
    at, note = clock.moment_of(request), request.POST.get("note", "")
    try:
        with transaction.atomic():  # nothing is decided without its mail
            nominating.refuse_if_newer(found, seen=seen_at(request))
            if "approve" in request.POST:
                taking_part.approve(found, at=at, by=request.user)
                said = "approved"
            elif "changes" in request.POST:
                nominating.request_changes(found, note, at=at, by=request.user)
                said = "sent back for changes"
            else:
                nominating.reject(found, note, at=at, by=request.user)
                said = "rejected"
            tell_decided([found.pk])
    except ShopError as refusal:
        messages.error(request, str(refusal))
        return here
    messages.success(request, f"“{found.product.title}” is {said}. The store is told by mail.")
    return redirect("desk:festival-nominations", found.slot.festival_id)


def _approve_many(request: HttpRequest, festival: Festival) -> HttpResponse:
    here = redirect("desk:festival-nominations", festival.pk)
    ids = [int(text) for text in request.POST.getlist("nomination") if text.isdecimal()][:PAGE]
    at = clock.moment_of(request)
    rows = review_rows(_of(festival).filter(pk__in=ids, state="submitted").order_by("pk"), at=at)
    clean = [row.nomination for row in rows if row.check.is_clean]
    approved, refusals = _approve(clean, request)
    if approved:
        word = "nomination is" if approved == 1 else "nominations are"
        messages.success(request, f"{approved} {word} approved. The stores are told by mail.")
    for text in refusals:
        messages.error(request, text)
    left = len(rows) - len(clean)
    if left:
        word = "row has" if left == 1 else "rows have"
        messages.warning(request, f"{left} {word} a warning: look at each and decide by hand.")
    return here


def _approve(clean: Iterable[Nomination], request: HttpRequest) -> tuple[int, list[str]]:
    approved, refusals = 0, []
    for row in clean:
        try:
            with transaction.atomic():
                nominating.refuse_if_newer(row, seen=seen_at(request, f"seen-{row.pk}"))
                taking_part.approve(row, at=clock.moment_of(request), by=request.user)
                tell_decided([row.pk])
        except ShopError as refusal:
            refusals.append(f"{row.product.title}: {refusal}")
        else:
            approved += 1
    return approved, refusals
