"""The review queue: what each nomination means, on one row, and the decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.admin.festivals.views import trail_of
from cms.admin.fields import ids_of
from cms.admin.nominations import queue
from cms.admin.nominations.review import ReviewRow, checks_of, review_rows
from cms.admin.nominations.take_back import barred
from cms.admin.permissions import needs, own_stores
from cms.admin.screens import seen_at, show
from shop import clock
from shop.accounts.models import User
from shop.errors import NotPossible, ShopError
from shop.festivals.mail import tell_decided
from shop.festivals.models import Festival, Nomination
from shop.festivals.nominations import decide
from shop.listings import bulk, festival_products
from shop.workspace.fields import AmountField

TYPED = ("note", "subsidy", "fund")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_nomination", to_post="review_nomination")
def nominations(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the queue of a festival; approve those without a warning, ticked or all of them."""
    festival = get_object_or_404(Festival, pk=pk)
    at, asked = clock.moment_of(request), queue.asked_of(request)
    if request.method == "POST":
        return _approve_many(request, festival, asked, at=at)
    found = queue.find(festival, asked, by=request.user, at=at)
    can_review, own = request.user.has_perm("shop.review_nomination"), own_stores(request)
    clean = [row for row in found.clean if row.product.merchant_id not in own]
    context = queue.choices(festival) | {
        "festival": festival,
        "rows": review_rows(found.rows, at=at, refused=found.refused),
        "asked": asked,
        "has_next": found.has_next,
        "clean": len(clean) if asked.state == "submitted" and can_review else 0,
        "at": at,
        "can_review": can_review,
        "own": own,
        "funds": list(festival.funds.all()) if can_review else [],
    }
    return show(
        request, "nominations.html", "Nominations", trail=trail_of(festival), icon="tag", **context
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("view_nomination", to_post="review_nomination")
def nomination(request: HttpRequest, pk: int, nomination_id: int) -> HttpResponse:
    """Show one nomination with all its variants, and decide."""
    festival = get_object_or_404(Festival, pk=pk)
    found = get_object_or_404(queue.of(festival), pk=nomination_id)
    at = clock.moment_of(request)
    if request.method == "POST":
        return _decide(request, found)
    return _screen(request, found, at=at)


def _screen(
    request: HttpRequest, found: Nomination, *, at: datetime, refusal: str = "", **typed: str
) -> HttpResponse:
    """Show a nomination; after a refusal with what was typed about it."""
    festival = found.slot.festival
    row: ReviewRow = review_rows([found], at=at)[0]
    way = (reverse("desk:festival-nominations", args=[festival.pk]), "Nominations")
    is_own = found.product.merchant_id in own_stores(request)
    context = {
        "festival": festival,
        "row": row,
        "deals": found.deals.select_related("variant").order_by("pk")[:200],
        "can_review": request.user.has_perm("shop.review_nomination") and not is_own,
        "is_own": is_own,
        "funds": list(festival.funds.all()),
        "may_take_back": not barred(found, at=at),
        "refusal": refusal,
        "typed": typed,
    }
    return show(
        request,
        "nomination.html",
        found.product.title,
        trail=[*trail_of(festival), way],
        icon="tag",
        status=422 if refusal else 200,
        **context,
    )


def _decide(request: HttpRequest, found: Nomination) -> HttpResponse:
    festival = found.slot.festival
    back = QueryDict(request.POST.get("back", "")[:500]).urlencode()
    to_queue = reverse("desk:festival-nominations", args=[festival.pk])
    at = clock.moment_of(request)
    typed = {name: request.POST.get(name, "").replace("\0", "")[:1000] for name in TYPED}
    note = typed["note"]
    try:
        with transaction.atomic():  # nothing is decided without its mail
            is_approved = "approve" in request.POST
            decide.refuse_if_newer(found, seen=seen_at(request), to_approve=is_approved)
            if is_approved:
                _subsidise(found, typed, at=at, by=request.user)
                festival_products.approve(found, at=at, by=request.user)
                said = "approved"
            elif "changes" in request.POST:
                decide.request_changes(found, note, at=at, by=request.user)
                said = "sent back for changes"
            else:
                decide.reject(found, note, at=at, by=request.user)
                said = "rejected"
            tell_decided([found.pk])
    except ShopError as refusal:
        now = queue.of(festival).get(pk=found.pk)  # somebody else may have changed it
        return _screen(request, now, at=at, refusal=str(refusal), back=back, **typed)
    messages.success(request, f"“{found.product.title}” is {said}. The store is told by mail.")
    return redirect(f"{to_queue}?{back}" if back else to_queue)


def _subsidise(found: Nomination, typed: Mapping[str, str], *, at: datetime, by: User) -> None:
    """Add what the reviewer typed as a subsidy; nothing typed leaves it at nothing.

    Raises:
        NotPossible: it is no amount, the fund cannot give it or is none of the festival's.
    """
    if not typed["subsidy"].strip():
        return
    field = AmountField(required=False)
    try:
        amount = field.clean(typed["subsidy"]) or 0
    except ValidationError as wrong:
        raise NotPossible("Write the subsidy per unit as an amount, like 2.50.") from wrong
    fund = None
    if typed["fund"]:
        fund = found.slot.festival.funds.filter(pk__in=ids_of([typed["fund"]], most=1)).first()
        if fund is None:
            raise NotPossible("This festival has no such sponsor. Choose who pays again.")
    decide.subsidise(found, amount, fund, at=at, by=by)


def _approve_many(
    request: HttpRequest, festival: Festival, asked: queue.QueueFilter, *, at: datetime
) -> HttpResponse:
    """Have the clean rows approved: those ticked, or all of the filter that were there to see."""
    if "all" in request.POST:
        shown_at = seen_at(request, "shown")
        clean = queue.find(festival, asked, by=request.user, at=at).clean
        newer = [row for row in clean if not _was_there(row, shown_at)]
        seen = {row.pk: row.submitted_at for row in clean if _was_there(row, shown_at)}
        _warn(request, len(newer), "submitted again since you looked: read it first.")
    else:
        seen = _ticked(request, festival, at=at)
    try:
        made = bulk.ask(festival, seen, at=at, by=request.user)
    except bulk.InWork as other:
        messages.warning(request, str(other))
        made = other.approval
    except NotPossible as refusal:
        messages.warning(request, str(refusal))
        here = reverse("desk:festival-nominations", args=[festival.pk])
        return redirect(f"{here}?{asked.query}")
    return redirect("desk:bulk-approval", festival.pk, made.pk)


def _was_there(row: Nomination, shown_at: datetime | None) -> bool:
    """Tell whether a nomination stood on the page as it is now."""
    return shown_at is not None and (row.submitted_at is None or row.submitted_at <= shown_at)


def _ticked(
    request: HttpRequest, festival: Festival, *, at: datetime
) -> dict[int, datetime | None]:
    """Return when the clean ones among those ticked were submitted, as the reviewer saw them."""
    ids = ids_of(request.POST.getlist("nomination"), most=queue.PAGE)
    rows = list(queue.of(festival).filter(pk__in=ids, state="submitted").order_by("pk"))
    checks = checks_of(rows, at=at)
    clean = [row for row, check in zip(rows, checks, strict=True) if check.is_clean]
    _warn(request, len(rows) - len(clean), "a warning: look at each and decide by hand.", "has")
    return {row.pk: seen_at(request, f"seen-{row.pk}") for row in clean}


def _warn(request: HttpRequest, count: int, why: str, verb: str = "was") -> None:
    if count:
        many = {"was": "were", "has": "have"}[verb]
        messages.warning(
            request, f"{count} {'row ' + verb if count == 1 else 'rows ' + many} {why}"
        )
