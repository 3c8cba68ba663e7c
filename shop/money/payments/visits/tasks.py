"""Mail about dates for which few have booked. Tasks take ids and read everything anew."""

from __future__ import annotations

from typing import cast

from django.tasks import task

from shop.catalogue.models import DatePlan
from shop.core import dates
from shop.core.tasks import at_once
from shop.orders.tickets.change import kinds_of

# Version 0.9 queues these two under the name of this module: they are found here, too.
from shop.orders.tickets.tasks import send_takes_place, tell_it_takes_place
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.notifications import StoreMail, tell, to_members
from shop.people.merchants.roles import Right

__all__ = ["ask_store", "send_few_guests", "send_takes_place", "tell_it_takes_place"]


@task
@at_once
def ask_store(pool_id: int) -> None:
    """Queue a mail to those who may call a date off."""
    tell(send_few_guests, pool_id, merchant__products__variants__pool=pool_id)


@to_members(
    "few-guests",
    right=Right.ANSWER,
    promises={"Say whether it takes place, or call it off": "workspace-session"},
)
def send_few_guests(pool_id: int, user: User) -> StoreMail | None:
    """Ask one member of a store whether a date with few guests takes place."""
    plan = DatePlan.objects.select_related("pool").get(pk=pool_id)
    kind = kinds_of(plan.pool).select_related("product__merchant").first()
    if kind is None or kind.session_start is None or not plan.is_open:
        return None
    language, zone = user.language or "en", kind.session_zone or "UTC"
    context = {
        "experience": kind.product.title,
        "session_date": dates.full_day_in(kind.session_start, zone, language),
        "session_time": dates.hour(kind.session_start, zone),
        "booked": plan.pool.sold,
        "least": cast("int", plan.least_guests),
        "date_link": neutral_address("workspace-session", kind.product.merchant.slug, pool_id),
    }
    return StoreMail(kind.product.merchant, context)
