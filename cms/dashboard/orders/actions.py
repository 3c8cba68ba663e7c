"""The help of an organizer with an order: mends the address, has a mail sent again."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import get_language_info
from django.views.decorators.http import require_http_methods

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.orders.forms import first_answers, mending_form
from cms.dashboard.orders.mails import letters_of, receipt_of
from cms.dashboard.permissions import needs
from shop.catalogue.delivery.names import country_name
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.rate_limits.store import limits
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.orders import stop as stops
from shop.orders.correct_address import mend, parts_to_send
from shop.orders.models import Order, Suborder
from shop.people.accounts.requests import SignedIn
from shop.people.merchants.own_stores import refuse_own

PAUSE = 60  # seconds before the same mail is sent once more
JUST_SENT = "This mail was sent again less than a minute ago."


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_order")
def address(request: SignedIn, pk: int) -> HttpResponse:
    """Mend the address of an order; who is told is said first."""
    order = _order(pk)
    waiting = list(parts_to_send(order).select_related("merchant"))
    form = mending_form(order, may_move=bool(waiting))

    def run(answers: dict[str, Any]) -> str:
        mend(
            order.pk, answers["contact"], seen=answers["seen"], at=clock.moment_of(request),
            by=request.user, receipt=receipt_of(order),
        )  # fmt: skip
        return "The address is mended. The shopper is told by mail, and so is who has to send."

    act = Act(f"Mend the address of {order.number}", "Mend the address",
              _effects(order, waiting), run, form, first_answers(order))  # fmt: skip
    return perform(request, act, **_frame(order), barred=lambda: _not_paid(pk))


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_order")
def mail(request: SignedIn, pk: int, key: str) -> HttpResponse:
    """Send a mail of an order again; to whom is said first."""
    order = _order(pk)
    letter = next((row for row in letters_of(order) if row.key == key), None)
    if letter is None:
        raise Http404
    brake = f"again:{pk}:{key}"

    @transaction.atomic
    def run(answers: dict[str, Any]) -> str:
        if not limits.add(brake, 1, PAUSE):
            raise NotPossible(JUST_SENT)
        note(order, "send again", at=clock.moment_of(request), by=request.user, festival=None,
             after={"mail": key})  # fmt: skip
        enqueue(letter.task, *letter.args)
        return f"“{letter.label}” is sent again within a minute."

    language = get_language_info(order.language)["name"]
    effects = [
        f"It goes to {letter.to}"
        + ("." if key.startswith("store-") else f", in {language}, the language of the order."),
        "It says how things stand now, which may be other than when it was sent first.",
    ]
    act = Act(f"Send again: {letter.label}", "Send it again", effects, run)
    return perform(
        request, act, **_frame(order), barred=lambda: JUST_SENT if limits.get(brake) else ""
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("publish_festival")
def stop(request: SignedIn, pk: int, name: str) -> HttpResponse:
    """Stop the parcels of an order, or let them go on."""
    order = _order(pk)
    is_stopped = name == "stop"

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        refuse_own(*order.suborders.values_list("merchant", flat=True), by=request.user)
        stops.decide(pk, is_stopped=is_stopped, **answers, at=at, by=request.user)
        return "No store can send them now." if is_stopped else "They can be sent again."

    parcels = stops.parcels(order, is_stopped=not is_stopped).select_related("merchant")
    effects = [
        f"It concerns: {', '.join(part.merchant.name for part in parcels) or 'no parcel'}.",
        "Their stores see that they must not send, and cannot mark them as sent."
        if is_stopped
        else "Their stores can send them and mark them as sent.",
        "No mail is sent, and no money moves.",
    ]
    title = f"{'Stop' if is_stopped else 'Let go'} the parcels of {order.number}"
    button = "Stop them" if is_stopped else "Let them go"
    form = reason_form("Whoever looks next reads it.")
    act = Act(title, button, effects, run, form)
    return perform(request, act, **_frame(order))


def _order(pk: int) -> Order:
    return get_object_or_404(Order.objects.select_related("contact"), pk=pk)


def _not_paid(pk: int) -> str:
    paid = Order.objects.filter(pk=pk, state=Order.State.PAID)
    said = "Only a paid order can be mended. Before that the shopper types another address."
    return "" if paid.exists() else said


def _frame(order: Order) -> dict[str, Any]:
    back = reverse("desk_orders:inspect", args=[order.pk])
    trail = [(reverse("desk_orders:index"), "Orders"), (back, order.number)]
    return {"back": back, "trail": trail}


def _effects(order: Order, waiting: list[Suborder]) -> list[str]:
    country = country_name(order.contact.country, "en")
    found = ["The shopper is told by mail, and the log keeps who mended what."]
    if waiting:
        stores = ", ".join(part.merchant.name for part in waiting)
        found.append(f"Still to send: {stores}. Who sends gets the new address by mail.")
        found.append(f"The country stays {country}: delivery and taxes were agreed for it.")
        found.append("The invoice shows the new address from then on.")
    else:
        found.append("Nothing waits to be sent: the mail address alone can be mended.")
    gone = [part for part in order.suborders.all() if part.state in ("shipped", "delivered")]
    if gone:
        found.append("Parcels that have left keep the address to which they were sent.")
    found.append(
        "With another mail address receipt and tickets go there, the order gets a new link, and "
        "the earlier address is told that mails no longer come; its link opens nothing any more."
    )
    return found
