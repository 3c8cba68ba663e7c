"""Changes of what shoppers see: those that wait for a look, before and after, and the decision."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import get_language_info
from django.views.decorators.http import require_http_methods, require_safe

from cms.admin.festivals.history import lines_about
from cms.admin.permissions import needs
from cms.admin.screens import page_number, seen_at, show, words
from shop import clock
from shop.catalogue.models import Product
from shop.errors import ShopError
from shop.listings.usual_prices import odd_prices
from shop.moderation import decide
from shop.moderation.compare import differences, pictures
from shop.moderation.contents import new_rows
from shop.moderation.models import Amendment

PAGE = 50
QUEUE = "desk:amendments"
STATES = (("waiting", "Waiting"), ("refused", "Refused"))
KINDS = (("", "All"), ("product", "Products"), ("store", "Store pages"))


@require_safe
@needs("review_nomination")
def amendments(request: HttpRequest) -> HttpResponse:
    """List the changes that wait for a look, the one that waits longest first. Few statements."""
    asked = {name: request.GET.get(name, "").replace("\0", "") for name in ("q", "kind", "state")}
    asked["state"] = asked["state"] if asked["state"] in dict(STATES) else "waiting"
    page, at = page_number(request), clock.moment_of(request)
    rows = list(_found(asked)[(page - 1) * PAGE : page * PAGE + 1])
    for row in rows:
        row.age, row.parts = timesince(row.waits_since, at, depth=1), ", ".join(_parts(row))
    context = {"rows": rows[:PAGE], "has_next": len(rows) > PAGE, "page": page, "asked": asked,
               "states": STATES, "kinds": KINDS}  # fmt: skip
    return show(request, "amendments.html", "Changes to look at", icon="edit", **context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("review_nomination")
def amendment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what is public beside what is proposed, and decide on exactly that."""
    rows = open_ones().select_related("by")
    if request.method == "POST":
        sent = rows.filter(pk=pk).first()
        return _decide(request, sent) if sent else _too_late(request)
    found = get_object_or_404(rows, pk=pk)
    context = {
        "amendment": found,
        "differences": differences(found),
        "places": pictures(found),
        "doubts": _doubts(found, at=clock.moment_of(request)),
        "at": clock.moment_of(request),
        **lines_about(found.subject),
    }
    trail = [(reverse(QUEUE), "Changes to look at")]
    title = f"Change of {found}"
    return show(request, "amendment.html", title, trail=trail, icon="edit", **context)


def open_ones() -> QuerySet[Amendment]:
    """Return the changes of what shoppers see, with what they are about."""
    public = Q(product__isnull=True) | Q(product__state__in=Product.APPROVED)
    rows = Amendment.objects.filter(public)
    return rows.select_related(
        "product__merchant", "product__category", "merchant__logo", "merchant__banner"
    )


def waiting() -> QuerySet[Amendment]:
    """Return the changes that wait for a look."""
    return open_ones().filter(state=Amendment.State.WAITING)


def _found(asked: dict[str, str]) -> QuerySet[Amendment]:
    rows = open_ones().filter(state=asked["state"])
    if asked["kind"] in ("product", "store"):
        rows = rows.filter(product__isnull=asked["kind"] == "store")
    if text := asked["q"].strip()[:60]:
        stores = Coalesce(F("product__merchant__name"), F("merchant__name"))
        rows = rows.annotate(shop_name=stores)
        rows = rows.filter(Q(product__title__icontains=text) | Q(shop_name__icontains=text))
    return rows.order_by("waits_since", "pk")


def _decide(request: HttpRequest, found: Amendment) -> HttpResponse:
    at, title = clock.moment_of(request), str(found)
    seen, store = seen_at(request), found.store.name
    try:
        if "approve" in request.POST:
            decide.approve(found, seen=seen, at=at, by=request.user)
            said = f"The change of “{title}” is public. {store} is told by mail."
        else:
            note = words(request, "note", most=1000)
            decide.refuse(found, note, seen=seen, at=at, by=request.user)
            said = f"The change of “{title}” is refused. {store} is told by mail, with your reason."
    except ShopError as refusal:
        messages.error(request, str(refusal))
        return _look_again(found)
    messages.success(request, said)
    return redirect(QUEUE)


def _parts(row: Amendment) -> Iterator[str]:
    """Yield what a change is about."""
    if set(row.words) - {"category_id"}:
        yield "words"
    if "category_id" in row.words:
        yield "category"
    for code in row.texts:
        yield f"words in {get_language_info(code)['name']}"
    if row.options:
        yield "labels"
    if count := len(row.variants):
        yield f"{count} new variant{pluralize(count)}"
    if row.has_pictures:
        yield "pictures"


def _doubts(found: Amendment, *, at: datetime) -> list[str]:
    """Return a question for each new variant whose price is far from what is usual."""
    typed = {row.sku: row.price for row in new_rows(found) if row.price is not None}
    if not typed:
        return []
    product = found.product
    odd = odd_prices(typed, category=product.category, product=product, kind=product.kind, at=at)
    return [f"{sku}: {text}" for sku, text in odd.items()]


def _too_late(request: HttpRequest) -> HttpResponse:
    messages.info(request, "This change was decided on or taken back meanwhile.")
    return redirect(QUEUE)


def _look_again(found: Amendment) -> HttpResponse:
    """Lead back to what is there now; to the list where somebody else decided."""
    is_there = open_ones().filter(pk=found.pk).exists()
    return redirect("desk:amendment", found.pk) if is_there else redirect(QUEUE)
