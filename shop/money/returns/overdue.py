"""Requests about which nobody does anything: an organizer is told, or they end."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from shop.core.jobs import each
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.returns.answer import put_on_desk, with_order
from shop.money.returns.models import ReturnPicture, ReturnRequest
from shop.money.returns.tasks import send_news

State = ReturnRequest.State
PICTURES_KEPT_FOR = timedelta(days=395)
MOST_AT_ONCE = 500
LONGEST_WAY = timedelta(days=45)
"""So long goods are on their way back before an organizer looks for them."""


def look_at_returns(*, at: datetime) -> int:
    """Put on the desk what no store answers or receives; end what nobody sends. In the beat."""
    asked = ReturnRequest.objects.to_answer().filter(answer_by__lte=at)
    sent = ReturnRequest.objects.filter(state=State.SENT, sent_at__lte=at - LONGEST_WAY)
    unsent = ReturnRequest.objects.filter(state=State.AGREED, send_by__lte=at)

    def late(row: ReturnRequest) -> None:
        what = "The store has not answered." if row.state == State.ASKED else (
            f"On its way back for more than {LONGEST_WAY.days} days.")  # fmt: skip
        with transaction.atomic():
            order, request = with_order(row.pk)
            if request.state == row.state:
                put_on_desk(request, order, what, at=at)

    def over(row: ReturnRequest) -> None:
        with transaction.atomic():
            request = lock_one(ReturnRequest.objects, row.pk)
            if request.state == State.AGREED:
                request.move_to(State.LAPSED, closed_at=at)
                gate.close_by_itself(request, kind=MoneyTask.Kind.RETURN, at=at)
                enqueue(send_news, request.pk)

    beside = ("suborder",)
    return (
        each("ask who decides a return", asked.select_related(*beside), late, at=at)
        + each("look for goods on their way back", sent.select_related(*beside), late, at=at)
        + each("end returns that nobody sends", unsent, over, at=at)
    )


def forget_pictures(*, at: datetime) -> int:
    """Delete the pictures of requests that were decided long ago. In the beat."""
    old = ReturnRequest.objects.filter(has_pictures=True, closed_at__lte=at - PICTURES_KEPT_FOR)
    ids = list(old.order_by("closed_at").values_list("pk", flat=True)[:MOST_AT_ONCE])
    with transaction.atomic():
        ReturnPicture.objects.filter(line__request__in=ids).delete()
        return ReturnRequest.objects.filter(pk__in=ids).update(has_pictures=False)
