"""What a shopper asked for after paying; that a parcel arrived; that its earnings are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.permissions import needs, proved_again
from shop.core import clock
from shop.core.forms.numbers import number_of
from shop.merchant.dashboard.orders.returns import as_jpeg
from shop.money.money_tasks.gate import key_of, open_tasks
from shop.money.returns.models import ReturnPicture, ReturnRequest
from shop.money.returns.words import KINDS, reason_words, state_words
from shop.orders.after_sale.arrive import arrived as note_arrived
from shop.orders.after_sale.hold import hold, let_go
from shop.orders.models import Order, Suborder
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.models import Membership
from shop.people.merchants.own_stores import refuse_own


@dataclass(frozen=True, slots=True)
class AskedFor:
    """A request with its lines in words, who answered, its pictures by id, and its task."""

    title: str
    state: str
    store: str
    lines: Sequence[str]
    answer: str
    answered_by: str
    pictures: Sequence[int]
    task_url: str
    replace_url: str


def requests_of(order: Order) -> list[ReturnRequest]:
    """Return what was asked for of an order, the newest first. Three statements, or one."""
    pictures = Prefetch("lines__pictures", ReturnPicture.objects.defer("content"))
    stores = Membership.objects.filter(
        merchant=OuterRef("suborder__merchant"), user=OuterRef("answered_by")
    )
    rows = ReturnRequest.objects.filter(suborder__order=order)
    rows = rows.annotate(is_answered_by_store=Exists(stores)).select_related("suborder__merchant")
    return list(rows.prefetch_related("lines__line", pictures))


def asked_of(rows: Sequence[ReturnRequest], *, links: bool) -> list[AskedFor]:
    """Return requests in words. One statement, or none.

    Args:
        links: whether the reader may open the money desk.
    """
    if not rows:
        return []
    waiting = open_tasks().filter(about__in=[key_of(row) for row in rows])
    tasks = dict(waiting.values_list("about", "pk")) if links else {}
    with override("en"):
        return [_asked(row, tasks.get(key_of(row))) for row in rows]


@require_GET
@needs("view_order")
def return_picture(request: SignedIn, picture_id: int) -> HttpResponse:
    """Show a picture that a shopper sent along."""
    return as_jpeg(get_object_or_404(ReturnPicture, pk=picture_id))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def arrived(request: SignedIn, pk: int) -> HttpResponse:
    """Write down that a parcel arrived, as a carrier or its shopper has said."""
    part = _part(request, pk)

    def run(answers: dict[str, Any]) -> str:
        refuse_own(part.merchant_id, by=request.user)
        note_arrived(part.pk, Suborder.Arrival.STAFF, at=clock.moment_of(request),
                     by=request.user, **answers)  # fmt: skip
        return f"The parcel of {part.merchant.name} has arrived."

    effects = [
        "The time for returns begins now, and its store is paid when it is over.",
        "No mail is sent.",
    ]
    act = Act(f"The parcel of {part.merchant.name} has arrived", "It has arrived", effects, run,
              reason_form("How you know: whoever looks next reads it."))  # fmt: skip
    return _perform(request, act, part)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
@proved_again
def keep(request: SignedIn, pk: int) -> HttpResponse:
    """Keep the earnings of a parcel from being settled, or let them go."""
    part = _part(request, pk)
    store = part.merchant.name
    change, title, button, effect = (
        (let_go, f"Let {store} have what it earned", "Let it go",
         "It stands on the next settlement, once its time has come.")
        if part.held_at
        else (hold, f"Keep what {store} earned", "Keep it",
              "No settlement takes it until somebody lets it go; the store reads so under Money.")
    )  # fmt: skip

    def run(answers: dict[str, Any]) -> str:
        change(part.pk, at=clock.moment_of(request), by=request.user, **answers)
        return "It goes with the next settlement." if part.held_at else "It is kept."

    act = Act(title, button, [effect, "No mail is sent."], run,
              reason_form("Whoever looks next reads it."))  # fmt: skip
    return _perform(request, act, part)


def _part(request: SignedIn, order_id: int) -> Suborder:
    wanted = number_of(request.GET.get("part", "")) or 0
    parts = Suborder.objects.filter(order=order_id).select_related("order", "merchant")
    return get_object_or_404(parts, pk=wanted)


def _perform(request: SignedIn, act: Act, part: Suborder) -> HttpResponse:
    back = reverse("desk_orders:inspect", args=[part.order_id])
    trail = [(reverse("desk_orders:index"), "Orders"), (back, part.order.number)]
    return perform(request, act, back=back, trail=trail)


def _asked(row: ReturnRequest, task: int | None) -> AskedFor:
    lines = [
        f"{one.quantity} × {one.line.title}: {reason_words(one.reason)}"
        + (f", “{one.words}”" if one.words else "")
        for one in row.lines.all()
    ]
    return AskedFor(
        title=f"{KINDS[ReturnRequest.Kind(row.kind)]} {row.number}",
        state=state_words(row.state)[0],
        store=row.suborder.merchant.name,
        lines=lines,
        answer=row.answer,
        answered_by="The store" if row.is_answered_by_store else "An organizer",
        pictures=[picture.pk for one in row.lines.all() for picture in one.pictures.all()],
        task_url=reverse("desk:money-task", args=[task]) if task else "",
        replace_url=_replace_url(row),
    )


def _replace_url(row: ReturnRequest) -> str:
    """Return where a request is answered by sending its goods again; empty where it cannot be."""
    if not row.is_alive or row.kind == ReturnRequest.Kind.CANCEL:
        return ""
    url = reverse("desk:order-replace", args=[row.suborder.order_id])
    return f"{url}?request={row.pk}"
