"""The dated steps of a request, from the asking to the money."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from shop.cart.formats import day
from shop.checkout.order.summary import Step
from shop.returns.models import ReturnRequest

State, Kind = ReturnRequest.State, ReturnRequest.Kind


def steps_of(request: ReturnRequest) -> list[Step]:
    """Return the steps of a request: those done, the present one, those to come."""
    store = {"store": request.suborder.merchant.name}
    steps = [_done(_("You asked"), request.asked_at)]
    if request.kind == Kind.CANCEL:
        return [*steps, *_money(request)]
    if request.state == State.ASKED:
        by = _("by %(date)s") % {"date": day(request.answer_by.date())}
        steps.append(Step(_("%(store)s answers") % store, by, "now"))
    elif request.answered_at:
        is_no = request.state in (State.REFUSED, State.APPEALED)
        text = _("%(store)s refused") if is_no else _("%(store)s agreed")
        steps.append(_done(text % store, request.answered_at))
    if request.state == State.APPEALED:
        steps.append(Step(_("An organizer decides"), "", "now"))
    if request.state == State.LAPSED:
        return [*steps, Step(_("Taken back"), "", "now")]
    if request.kind == Kind.RETURN and request.state != State.REFUSED:
        steps += _way(request)
    return [*steps, *_money(request)]


def _way(request: ReturnRequest) -> list[Step]:
    if request.state == State.REFUNDED and not (request.sent_at or request.received_at):
        return []  # paid back without a return
    store = {"store": request.suborder.merchant.name}
    if request.sent_at:
        steps = [_done(_("You sent it"), request.sent_at)]
    else:
        by = _("by %(date)s") % {"date": day(request.send_by.date())} if request.send_by else ""
        is_now = request.state == State.AGREED
        steps = [Step(_("You send it"), by, "now" if is_now else "")]
    if request.received_at:
        return [*steps, _done(_("%(store)s has it") % store, request.received_at)]
    is_on_way = request.state == State.SENT
    return [*steps, Step(_("%(store)s has it") % store, "", "now" if is_on_way else "")]


def _money(request: ReturnRequest) -> list[Step]:
    if request.refund:
        return [_done(_("Money sent back"), request.refund.at)]
    if request.state == State.REFUSED:
        return []
    return [Step(_("Money sent back"), _("5 to 10 working days until you have it"), "")]


def _done(text: str, at: datetime) -> Step:
    return Step.done_at(text, at, settings.SHOP_ZONE)
