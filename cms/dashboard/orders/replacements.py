"""Goods that a store sends once more, as organizers ask for it, cancel it, and hear of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.fields import CountField
from cms.dashboard.permissions import needs
from shop.core import clock
from shop.core.forms.fields import LineField
from shop.core.forms.numbers import number_of
from shop.money.returns import replace
from shop.money.returns.models import ReturnRequest
from shop.money.returns.words import replacement_words
from shop.orders.models import Order, OrderLine, Replacement, Suborder
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.own_stores import refuse_own

READ = "The shopper reads it, in your words."


@dataclass(frozen=True, slots=True)
class ReplacedShown:
    """A replacement with its lines in words."""

    row: Replacement
    store: str
    state: str
    lines: tuple[str, ...]


def replacements_of(order: Order) -> list[ReplacedShown]:
    """Return what is sent once more of an order, the newest first. Two statements, or one."""
    rows = Replacement.objects.filter(suborder__order=order)
    rows = rows.select_related("suborder__merchant", "made_by", "shipped_by", "cancelled_by")
    with override("en"):
        return [
            ReplacedShown(
                row=row,
                store=row.suborder.merchant.name,
                state=replacement_words(row.state)[0],
                lines=tuple(f"{one.quantity} × {one.line.title}" for one in row.lines.all()),
            )
            for row in rows.prefetch_related("lines__line")
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def offer(request: SignedIn, pk: int) -> HttpResponse:
    """Let a store send goods once more: those of a request, or any of a parcel that has left."""
    if wanted := number_of(request.GET.get("request", "")):
        return _answer(request, pk, wanted)
    parts = Suborder.objects.filter(order=pk).select_related("order", "merchant")
    part = get_object_or_404(parts, pk=number_of(request.GET.get("part", "")) or 0)
    left = replace.left_to_replace(part)

    def run(answers: dict[str, Any]) -> str:
        refuse_own(part.merchant_id, by=request.user)
        units = {line.pk: answers[f"units-{line.pk}"] or 0 for line in left}
        replace.send_again(part.pk, units, reason=answers["reason"],
                           at=clock.moment_of(request), by=request.user)  # fmt: skip
        return _told(part)

    act = Act(f"Let {part.merchant.name} send a replacement", "Send a replacement",
              _effects(part), run, _units_form(left))  # fmt: skip
    none = "Nothing of this parcel can be sent again: it has not left, went back, or is asked for."
    return perform(request, act, **_frame(part.order), barred=lambda: "" if left else none)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def cancel(request: SignedIn, pk: int) -> HttpResponse:
    """Cancel a replacement that has not left."""
    row = _found(pk)

    def run(answers: dict[str, Any]) -> str:
        refuse_own(row.suborder.merchant_id, by=request.user)
        replace.cancel(row.pk, **answers, at=clock.moment_of(request), by=request.user)
        return "It is not sent. The shopper is told, and the units can be sold again."

    effects = ["The shopper gets a mail with your reason.", "The units can be sold again."]
    if ReturnRequest.objects.filter(replacement=row).exists():
        effects.append("What the shopper asked for waits for an answer again.")
    act = Act(f"Cancel the replacement of {row.suborder.merchant.name}", "Cancel it", effects, run,
              reason_form(READ))  # fmt: skip
    return perform(request, act, **_frame(row.suborder.order), barred=lambda: _not(row, "waiting"))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def arrived(request: SignedIn, pk: int) -> HttpResponse:
    """Write down that a replacement arrived, as a carrier or its shopper has said."""
    row = _found(pk)

    def run(answers: dict[str, Any]) -> str:
        refuse_own(row.suborder.merchant_id, by=request.user)
        replace.came(row.pk, Suborder.Arrival.STAFF, at=clock.moment_of(request),
                     by=request.user, **answers)  # fmt: skip
        return "The replacement has arrived."

    effects = ["The time for returns begins anew, and its store is paid when it is over.",
               "No mail is sent."]  # fmt: skip
    act = Act(f"The replacement of {row.suborder.merchant.name} has arrived", "It has arrived",
              effects, run, reason_form("How you know: whoever looks next reads it."))  # fmt: skip
    return perform(request, act, **_frame(row.suborder.order), barred=lambda: _not(row, "shipped"))


def _answer(request: SignedIn, pk: int, request_id: int) -> HttpResponse:
    rows = ReturnRequest.objects.filter(suborder__order=pk).exclude(kind="cancel")
    found = get_object_or_404(
        rows.select_related("suborder__order", "suborder__merchant"), pk=request_id
    )

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        refuse_own(found.suborder.merchant_id, by=request.user)
        replace.answer_by(found.pk, answer=answers["reason"], at=at, by=request.user)
        return _told(found.suborder)

    lines = [f"{row.quantity} × {row.line.title}" for row in found.lines.select_related("line")]
    effects = [f"Sent again: {', '.join(lines)}.", *_effects(found.suborder),
               "The request is answered by it: nothing is paid back."]  # fmt: skip
    act = Act(f"Answer {found.number} by a replacement", "Send a replacement", effects, run,
              reason_form(READ))  # fmt: skip

    def barred() -> str:
        found.refresh_from_db(fields=["state"])
        may = ReturnRequest.State.REPLACED in ReturnRequest.NEXT[found.state]
        is_sent = found.state == ReturnRequest.State.SENT
        return "" if may or is_sent else "It is decided."

    return perform(request, act, **_frame(found.suborder.order), barred=barred)


def _units_form(left: dict[OrderLine, int]) -> type[forms.Form]:
    fields: dict[str, forms.Field] = {
        f"units-{line.pk}": CountField(
            label=f"{line.title}: how many of {count}", min_value=0, max_value=count, required=False
        )
        for line, count in left.items()
    }
    fields["reason"] = LineField(max_length=replace.MOST_WORDS, help_text=READ)
    return type("ReplaceForm", (forms.Form,), fields)


def _effects(part: Suborder) -> list[str]:
    return [
        f"{part.merchant.name} takes the units from its stock and has to send them; it is told.",
        "The shopper is told, and pays nothing. No money goes back.",
        "What the store earns on this parcel waits until the replacement is there.",
        "Until it has left, it can be cancelled.",
    ]


def _told(part: Suborder) -> str:
    return f"{part.merchant.name} and the shopper are told. The units are set aside."


def _found(pk: int) -> Replacement:
    return get_object_or_404(
        Replacement.objects.select_related("suborder__order", "suborder__merchant"), pk=pk
    )


def _not(row: Replacement, state: str) -> str:
    now = Replacement.objects.filter(pk=row.pk).values_list("state", flat=True).first()
    if now is None:
        raise Http404
    return "" if now == state else "It is further than that: look at the order."


def _frame(order: Order) -> dict[str, Any]:
    back = reverse("desk_orders:inspect", args=[order.pk])
    return {"back": back, "trail": [(reverse("desk_orders:index"), "Orders"), (back, order.number)]}
