"""Mail about what shoppers ask for after paying. Tasks take ids and read everything anew."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.tasks import task
from django.utils import translation

from shop.core import dates
from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once
from shop.money.returns.decided import is_by_organizer, may_appeal
from shop.money.returns.models import ReturnRequest
from shop.money.returns.words import reason_words
from shop.orders.text import to_shopper
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.notifications import StoreMail, tell, to_members
from shop.people.merchants.roles import Right

BESIDE = ("suborder__order__contact", "suborder__merchant", "refund")


@task
@at_once
def tell_store(request_id: int) -> None:
    """Queue a mail to those who answer for the store of a request, whatever became of it."""
    tell(send_return_to_handle, request_id, merchant__suborders__returns=request_id)


@to_members(
    "return-to-handle",
    right=Right.ANSWER,
    promises={"Say so when you have it: the money goes back then.": "workspace-return"},
)
def send_return_to_handle(request_id: int, user: User) -> StoreMail | None:
    """Mail one member of a store what a shopper asks for, has sent, or what was decided."""
    request = _request(request_id)
    language = user.language or "en"
    context = {
        "kind": request.kind,
        "state": request.state,
        "answer": request.answer,
        "tracking": " ".join(filter(None, (request.carrier, request.tracking_number))),
        "is_visit": not request.suborder.service,
        "order_number": request.suborder.order.number,
        "number": request.number,
        "lines": _lines(request, language, is_shopper=False),
        "answer_by": _day(request.answer_by, language),
        "merchant_link": neutral_address("workspace-return", request.pk),
    }
    return StoreMail(request.suborder.merchant, context)


@notification("return-news", promises={"on the page of your request": "order-request"})
def send_news(request_id: int) -> Mail | None:
    """Tell the shopper what a store or an organizer answered."""
    request = _request(request_id)
    order = request.suborder.order
    language = order.language
    send_by = _day(request.send_by, language) if request.send_by else ""
    context = _frame(request) | {
        "state": request.state,
        "answer": request.answer,
        "is_organizers": is_by_organizer(request),
        "may_appeal": may_appeal(request),
        "send_by": send_by,
        "is_stores": request.carriage == ReturnRequest.Carriage.STORE,
    }
    return to_shopper(order, context)


def _day(at: datetime, language: str) -> str:
    return dates.full_day_in(at, settings.SHOP_ZONE, language)


def _request(request_id: int) -> ReturnRequest:
    return ReturnRequest.objects.select_related(*BESIDE).get(pk=request_id)


def _frame(request: ReturnRequest) -> dict[str, Any]:
    order = request.suborder.order
    return {
        "store": request.suborder.merchant.name,
        "number": request.number,
        "kind": request.kind,
        "lines": _lines(request, order.language, is_shopper=True),
    }


def _lines(request: ReturnRequest, language: str, *, is_shopper: bool) -> list[dict[str, Any]]:
    with translation.override(language):
        return [
            {
                "title": row.line.read_title if is_shopper else row.line.title,
                "options": row.line.read_label if is_shopper else row.line.label,
                "quantity": row.quantity,
                "reason": reason_words(row.reason),
                "words": row.words,
            }
            for row in request.lines.select_related("line")
        ]
