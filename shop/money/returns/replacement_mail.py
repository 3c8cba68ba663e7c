"""Mail about goods that are sent once more: to the shopper, and to the store that sends them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.tasks import task

from shop.core import dates
from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once
from shop.orders.models import Replacement
from shop.orders.text import to_shopper
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.notifications import StoreMail, tell, to_members
from shop.people.merchants.roles import Right

BESIDE = ("suborder__order__contact", "suborder__merchant", "return_request")


@notification("replacement")
def send_replacement_news(replacement_id: int, state: str) -> Mail | None:
    """Tell the shopper that goods are sent once more, have left, or are not sent after all."""
    row = Replacement.objects.select_related(*BESIDE).get(pk=replacement_id)
    order = row.suborder.order
    language = order.language
    context = {
        "store": row.suborder.merchant.name,
        "state": state,
        "reason": row.reason,
        "lines": _lines(row, is_shopper=True),
        "ship_by": _day(row.ship_by, language),
        "arrives_to": _day(row.arrives_to, language),
        "carrier": row.carrier,
        "tracking_number": row.tracking_number,
        "tracking_url": row.tracking_url,
    }
    return to_shopper(order, context)


@task
@at_once
def tell_store_of_replacement(replacement_id: int) -> None:
    """Queue a mail to each member who sends, of the store that sends goods once more."""
    suborders = {"merchant__suborders__replacements": replacement_id}
    tell(send_replacement_to_send, replacement_id, **suborders)


@to_members(
    "replacement-to-send",
    right=Right.SEND,
    promises={"Please send this once more": "workspace-replacement"},
)
def send_replacement_to_send(replacement_id: int, user: User) -> StoreMail | None:
    """Mail one member of a store which goods are to be sent once more, and why."""
    row = Replacement.objects.select_related(*BESIDE).get(pk=replacement_id)
    part = row.suborder
    language = user.language or "en"
    context = {
        "order_number": part.order.number,
        "reason": row.reason,
        "lines": _lines(row, is_shopper=False),
        "ship_by": _day(row.ship_by, language),
        "merchant_link": neutral_address("workspace-replacement", row.pk),
    }
    return StoreMail(part.merchant, context)


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
