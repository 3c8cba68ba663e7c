"""The dated steps of a request, from the asking to the money."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from shop.checkout.order.refunds import DELAYED, DONE, arrival, stands, told
from shop.checkout.order.summary import Step
from shop.money.payments.models import Operation
from shop.money.returns.decided import is_by_organizer
from shop.money.returns.models import ReturnRequest
from shop.orders.cart.formats import day_at
from shop.orders.models import Refund

State, Kind = ReturnRequest.State, ReturnRequest.Kind


def steps_of(request: ReturnRequest) -> list[Step]:
    """Return the steps of a request: those done, the present one, those to come."""
    store = {"store": request.suborder.merchant.name}
    steps = [_done(_("You asked"), request.asked_at)]
    if request.kind == Kind.CANCEL:
        return [*steps, *_money(request)]
    if request.state == State.ASKED:
        by = _("by %(date)s") % {"date": day_at(request.answer_by)}
        steps.append(Step(_("%(store)s answers") % store, by, "now"))
    elif request.answered_at:
        steps.append(_done(_answer(request), request.answered_at))
    if request.state == State.APPEALED:
        steps.append(Step(_("An organizer decides"), "", "now"))
    if request.state == State.LAPSED:
        return [*steps, Step(_end(request), "", "now")]
    if request.kind == Kind.RETURN and request.state != State.REFUSED:
        steps += _way(request)
    if request.state == State.REPLACED:
        return [*steps, Step(_("A replacement comes: see the order"), "", "now")]
    return [*steps, *_money(request)]


def _answer(request: ReturnRequest) -> str:
    """Say who agreed or refused, as the last answer was."""
    is_no = request.state in (State.REFUSED, State.APPEALED) or _was_taken_from_organizer(request)
    if is_by_organizer(request):
        return _("An organizer refused") if is_no else _("An organizer agreed")
    text = _("%(store)s refused") if is_no else _("%(store)s agreed")
    return text % {"store": request.suborder.merchant.name}


def _end(request: ReturnRequest) -> str:
    """Say why a request ended: nothing was sent, or its shopper took it back."""
    if _was_taken_from_organizer(request) or request.sent_at or request.received_at:
        return _("Taken back")
    is_late = request.send_by and request.closed_at and request.closed_at >= request.send_by
    return _("Ended: it was not sent in time") if is_late else _("Taken back")


def _was_taken_from_organizer(request: ReturnRequest) -> bool:
    """Tell whether its shopper took back what an organizer was to decide: the refusal stood."""
    asked, answered = request.appealed_at, request.answered_at
    is_open = asked is not None and (answered is None or answered <= asked)
    return request.state == State.LAPSED and is_open


def _way(request: ReturnRequest) -> list[Step]:
    is_over = request.state in (State.REFUNDED, State.REPLACED)
    if is_over and not (request.sent_at or request.received_at):
        return []  # paid back without a return
    store = {"store": request.suborder.merchant.name}
    if request.sent_at:
        steps = [_done(_("You sent it"), request.sent_at)]
    else:
        by = _("by %(date)s") % {"date": day_at(request.send_by)} if request.send_by else ""
        is_now = request.state == State.AGREED
        steps = [Step(_("You send it"), by, "now" if is_now else "")]
    if request.received_at:
        return [*steps, _done(_("%(store)s has it") % store, request.received_at)]
    is_on_way = request.state == State.SENT
    return [*steps, Step(_("%(store)s has it") % store, "", "now" if is_on_way else "")]


def _money(request: ReturnRequest) -> list[Step]:
    if request.refund:
        return _sent_back(request.refund)
    if request.state == State.REFUSED:
        return []
    return [Step(_("Money sent back"), _("5 to 10 working days until you have it"), "")]


def _sent_back(refund: Refund) -> list[Step]:
    """Return the steps of money that goes back: sent, and when it should be there. One statement.

    A refund of nothing, since all of it was had before, has no movement of money.
    """
    money = Operation.objects.filter(refund=refund).select_related("payment").first()
    if money is None or stands(money) == DONE:
        steps = [_done(_("Money sent back"), refund.at)]
    else:
        steps = [Step(told(stands(money)), "", "now")]
    if money is not None and stands(money) != DELAYED and not money.resolved_at:
        steps.append(Step(_("On your card or account"), arrival(money), ""))
    return steps


def _done(text: str, at: datetime) -> Step:
    return Step.done_at(text, at)
