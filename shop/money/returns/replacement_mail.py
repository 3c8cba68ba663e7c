"""Mail about goods that are sent once more: to the shopper, and to the store that sends them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.tasks import task

from shop.core import dates
from shop.core.mail import send
from shop.core.tasks import at_once, enqueue, tried_again
from shop.orders.models import Replacement
from shop.orders.text import order_link
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.members import users_who_may
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, who_may

BESIDE = ("suborder__order__contact", "suborder__merchant", "return_request")


@task
@tried_again
def send_replacement_news(replacement_id: int, state: str) -> None:
    """Tell the shopper that goods are sent once more, have left, or are not sent after all."""
    row = Replacement.objects.select_related(*BESIDE).get(pk=replacement_id)
    order = row.suborder.order
    language = order.language
    context = {
        "name": order.contact.name,
        "order_number": order.number,
        "store": row.suborder.merchant.name,
        "state": state,
        "reason": row.reason,
        "lines": _lines(row, is_shopper=True),
        "ship_by": _day(row.ship_by, language),
        "arrives_to": _day(row.arrives_to, language),
        "carrier": row.carrier,
        "tracking_number": row.tracking_number,
        "tracking_url": row.tracking_url,
        "order_link": order_link(order),
    }
    send("replacement", order.contact.email, language=language, context=context)


@task
@at_once
def tell_store_of_replacement(replacement_id: int) -> None:
    """Queue a mail to each member who sends, of the store that sends goods once more."""
    for user_id in users_who_may(Right.SEND, merchant__suborders__replacements=replacement_id):
        enqueue(send_replacement_to_send, replacement_id, user_id)


@task
@tried_again
def send_replacement_to_send(replacement_id: int, user_id: int) -> None:
    """Mail one member of a store which goods are to be sent once more, and why."""
    row = Replacement.objects.select_related(*BESIDE).get(pk=replacement_id)
    part, user = row.suborder, User.objects.get(pk=user_id)
    own = Membership.objects.filter(user=user, merchant=part.merchant_id)
    if not own.filter(who_may(Right.SEND)).exists():
        return  # has left the store or the role meanwhile
    language = user.language or "en"
    context = {
        "name": user.name,
        "order_number": part.order.number,
        "stores": [{"name": part.merchant.name}],
        "reason": row.reason,
        "lines": _lines(row, is_shopper=False),
        "ship_by": _day(row.ship_by, language),
        "merchant_link": neutral_address("workspace-replacement", row.pk),
    }
    send("replacement-to-send", user.email, language=language, context=context)


def _lines(row: Replacement, *, is_shopper: bool) -> list[dict[str, Any]]:
    return [
        {
            "title": one.line.read_title if is_shopper else one.line.title,
            "options": one.line.read_label if is_shopper else one.line.label,
            "quantity": one.quantity,
        }
        for one in row.lines.select_related("line")
    ]


def _day(day: date, language: str) -> str:
    return dates.day(day, language)
