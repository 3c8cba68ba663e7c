"""Parcels that should have left: their store hears of each once, and organizers see them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.tasks import task

from shop import dates
from shop.accounts.models import User
from shop.accounts.own_language import neutral_address
from shop.festivals.local_time import wall_of
from shop.mail import send
from shop.merchants.models import Membership, Merchant
from shop.merchants.roles import Right, who_may
from shop.orders.models import Suborder
from shop.rounds import each
from shop.tasks import enqueue_all, tried_again

MOST = 500
"""Parcels that one round looks at; the oldest come first."""
NAMED = 30
"""Orders that one mail names."""
DAY = timedelta(days=1)


def warn_of_late(*, at: datetime) -> int:
    """Mail each store about its parcels that should have left; return how many stores.

    Part of the beat. Of a parcel a store hears once, in one mail with the others.
    """
    # Nowhere is it a later day than tomorrow by Greenwich; each is then asked by its own zone.
    rows = Suborder.objects.late(at.date() + DAY).filter(late_told_at=None)
    own: dict[int, list[int]] = defaultdict(list)
    for row in rows.select_related("merchant").order_by("ship_by")[:MOST]:
        is_over = row.ship_by and row.ship_by < wall_of(at, row.merchant.zone).date()
        if is_over and len(own[row.merchant_id]) < NAMED:  # the others in the next round
            own[row.merchant_id].append(row.pk)
    own = {pk: parcels for pk, parcels in own.items() if parcels}
    return each("warn of late parcels", own, lambda pk: _warn(pk, own[pk], at=at), at=at,
                about=Merchant)  # fmt: skip


@transaction.atomic
def _warn(merchant_id: int, parcels: list[int], *, at: datetime) -> None:
    rows = Suborder.objects.filter(pk__in=parcels, late_told_at=None)
    if not rows.update(late_told_at=at):
        return
    members = Membership.objects.filter(who_may(Right.SEND), merchant=merchant_id).order_by("user")
    users = members.values_list("user", flat=True)
    enqueue_all(send_late, [(merchant_id, pk, parcels) for pk in users])


@task
@tried_again
def send_late(merchant_id: int, user_id: int, parcels: list[int]) -> None:
    """Name to one member the parcels that should have left; those that have are left out."""
    store, user = Merchant.objects.get(pk=merchant_id), User.objects.get(pk=user_id)
    rows = Suborder.objects.to_send().filter(pk__in=parcels, merchant=store, stopped_at=None)
    rows = rows.select_related("order").order_by("ship_by", "pk")
    language = user.language or "en"
    late = [
        {"number": row.order.number, "day": dates.day_of_year(row.ship_by, language)}
        for row in rows if row.ship_by
    ]  # fmt: skip
    if not late:
        return
    link = neutral_address("workspace-orders", store.slug)
    context = {
        "name": user.name, "stores": [{"name": store.name}], "late": late,
        "link": f"{link}?state=waiting",
    }  # fmt: skip
    send("parcels-late", user.email, language=language, context=context)
