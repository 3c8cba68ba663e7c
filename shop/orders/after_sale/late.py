"""Parcels that should have left: their store hears of each once, organizers of all once a day."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Min
from django.tasks import task
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from shop.core import clock, dates
from shop.core.jobs import each
from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once, enqueue
from shop.festivals.local_time import wall_of
from shop.orders.models import Suborder
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.models import Merchant
from shop.people.merchants.notifications import StoreMail, tell, to_members
from shop.people.merchants.roles import Right

MOST = 500
"""Parcels that one round looks at; the oldest come first."""
NAMED = 30
"""Orders that one mail names."""
DAY = timedelta(days=1)
GATHERED = timedelta(hours=3)
"""Between the first store of a day that hears of something and the mail to organizers."""


def warn_of_late(*, at: datetime) -> int:
    """Mail each store about its parcels that should have left; return how many stores.

    Part of the beat. Of a parcel a store hears once, in one mail with the others. Organizers
    get one mail a day, while a store hears of something.
    """
    # Nowhere is it a later day than tomorrow by Greenwich; each is then asked by its own zone.
    rows = Suborder.objects.late(at.date() + DAY).filter(late_told_at=None)
    own: dict[int, list[int]] = defaultdict(list)
    for row in rows.select_related("merchant").order_by("ship_by")[:MOST]:
        is_over = row.ship_by and row.ship_by < wall_of(at, row.merchant.zone).date()
        if is_over and len(own[row.merchant_id]) < NAMED:  # the others in the next round
            own[row.merchant_id].append(row.pk)
    own = {pk: parcels for pk, parcels in own.items() if parcels}
    count = each("warn of late parcels", own, lambda pk: _warn(pk, own[pk], at=at), at=at,
                 about=Merchant)  # fmt: skip
    if own and settings.ORGANIZER_EMAILS:
        _tell_organizers(at=at)
    return count


def _tell_organizers(*, at: datetime) -> None:
    """Queue the mail of a day, for when the stores of the day have heard; a second one never."""
    day = f"{at:%Y-%m-%d}"
    same = DBTaskResult.objects.filter(task_path=tell_organizers_of_late.module_path)
    if not same.filter(args_kwargs__args=[day]).exists():
        tell_organizers_of_late.using(run_after=at + GATHERED).enqueue(day)


@task
@at_once
def tell_organizers_of_late(_day: str) -> None:
    """Queue a mail to each organizer about the stores with parcels that should have left."""
    for address in settings.ORGANIZER_EMAILS:
        enqueue(send_late_stores, address)


@notification("late-parcels", promises={"All of them, with what can be done": "desk_orders:index"})
def send_late_stores(address: str) -> Mail | None:
    """Name to one organizer the stores whose parcels should have left, the longest wait first."""
    late = Suborder.objects.late(clock.now().date() + DAY).filter(late_told_at__isnull=False)
    rows = (
        late.order_by().values("merchant__name").annotate(count=Count("pk"), since=Min("ship_by"))
    )
    stores = [
        {"name": row["merchant__name"], "count": row["count"], "since": f"{row['since']:%-d %B}"}
        for row in rows.order_by("since", "merchant__name")[:NAMED]
    ]
    if stores:
        link = f"{settings.SITE_URL}{reverse('desk_orders:index')}?sending=late"
        context = {"stores": stores, "link": link, "is_cut": len(stores) == NAMED}
        return Mail(address, "en", context)
    return None


@transaction.atomic
def _warn(merchant_id: int, parcels: list[int], *, at: datetime) -> None:
    rows = Suborder.objects.filter(pk__in=parcels, late_told_at=None)
    if not rows.update(late_told_at=at):
        return
    tell(send_late, merchant_id, parcels, merchant=merchant_id)


@to_members(
    "parcels-late",
    right=Right.SEND,
    place=1,
    promises={"say what you cannot send": "workspace-cannot-send"},
)
def send_late(merchant_id: int, user: User, parcels: list[int]) -> StoreMail | None:
    """Name to one member the parcels that should have left; those that have are left out."""
    store = Merchant.objects.get(pk=merchant_id)
    rows = Suborder.objects.to_send().filter(pk__in=parcels, merchant=store, stopped_at=None)
    rows = rows.select_related("order").order_by("ship_by", "pk")
    language = user.language or "en"
    late = [
        {"number": row.order.number, "day": dates.day_of_year(row.ship_by, language)}
        for row in rows
        if row.ship_by
    ]
    if not late:
        return None
    link = neutral_address("workspace-orders", store.slug)
    return StoreMail(store, {"late": late, "link": f"{link}?state=waiting"})
