"""Mail to stores about disputes: that one was opened, and how it ended."""

from __future__ import annotations

from django.conf import settings
from django.tasks import task

from shop.core import dates
from shop.core.currencies import written
from shop.core.tasks import at_once
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.disputes.words import reason_words
from shop.orders.models import Suborder
from shop.orders.text import merchant_link
from shop.people.accounts.models import User
from shop.people.merchants.notifications import StoreMail, tell_stores, to_members
from shop.people.merchants.roles import Right

OPENED, WON, LOST = "opened", "won", "lost"


@task
@at_once
def tell_stores_of_dispute(dispute_id: int, what: str) -> None:
    """Queue a mail to each member who answers shoppers, of each store of a disputed order."""
    parts = Suborder.objects.filter(order__payments__disputes=dispute_id)
    rows = [(part.merchant_id, (dispute_id, part.pk, what)) for part in parts]
    tell_stores(send_dispute_news, rows)


@to_members(
    "dispute-news",
    right=Right.ANSWER,
    place=2,
    promises={"Please tell us what you know": "workspace-dispute"},
)
def send_dispute_news(dispute_id: int, suborder_id: int, user: User, what: str) -> StoreMail | None:
    """Tell a member what is disputed and until when, or how it ended and who bears it."""
    dispute = Dispute.objects.get(pk=dispute_id)
    part = Suborder.objects.select_related("order", "merchant").get(pk=suborder_id)
    language = user.language or "en"
    bears = borne_by(dispute, part)
    context = {
        "order_number": part.order.number,
        "what": what,
        "is_inquiry": dispute.state == Dispute.State.INQUIRY,
        "amount": written(dispute.amount, dispute.currency, language),
        "reason": reason_words(dispute.reason, language),
        "due_by": dates.full_day_in(dispute.due_by, settings.SHOP_ZONE, language)
        if dispute.due_by
        else "",
        "bears": written(bears, dispute.currency, language) if bears else "",
        "fee": written(fee, dispute.currency, language) if (fee := fee_of(dispute, part)) else "",
        "merchant_link": merchant_link(part) + "#dispute",
    }
    return StoreMail(part.merchant, context)


def borne_by(dispute: Dispute, part: Suborder) -> int:
    """Return what a store bears of a lost dispute, in minor units."""
    return int((dispute.borne or {}).get(str(part.pk), 0))


def fee_of(dispute: Dispute, part: Suborder) -> int:
    """Return what a store bears of the bank's fee for a lost dispute, in minor units."""
    borne = dispute.borne or {}
    return int(borne["fee"]) if borne.get("fee_by") == str(part.pk) else 0
