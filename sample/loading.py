"""Puts the whole sample into the database, or what is missing of it.

Each step is a transaction of its own and looks at the rows for what is there: after a kill at any
point the next run goes on.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import batched

from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult

from sample import (
    charging,
    first_screens,
    languages,
    moving,
    ordering,
    others,
    past,
    selling,
    stocking,
)
from sample.accounts import provide_accounts
from sample.apart import Pages, pages_beside
from sample.applying import provide_waiting
from sample.edition import Edition, edition
from sample.nominating import take_part
from sample.opening import open_festival
from sample.pages import write_pages
from sample.payees import provide_payees
from sample.pictures import draw_all
from sample.picturing import media_folder
from sample.preparing import prepare
from sample.progress import Progress
from sample.reference import load_reference
from sample.scheduling import provide_sessions
from sample.sheets import StoreSheet
from sample.till import SandboxSilent
from sample.wishes import FLASH, Wish, wishes
from shop.core import clock
from shop.core.images.models import Picture
from shop.core.tasks import enqueue
from shop.reports.tallies import count_all_sales
from shop.storefront.listings.count import count_listings
from shop.storefront.listings.popularity import refresh_popularity
from shop.storefront.listings.refresh import refresh
from shop.storefront.listings.search_index import count_words, index_missing
from shop.storefront.listings.tasks import make_modern_sizes

STORES_AT_ONCE = 5


class Stopped(Exception):
    """The work beside the drawing failed, so the drawing ends as well."""


def load(progress: Progress, *, only: Collection[str] | None = None, is_late: bool = False) -> None:
    """Bring the sample to its full size, or to that of some stores; say what was done.

    Args:
        only: slugs of stores; then nobody has ordered anything before.
        is_late: pictures are drawn when their turn comes, but for those of the first screens,
            and pages are written by a process of their own, beside the orders.

    Raises:
        SheetError: a sheet is wrong; it names the place.
        PagesFailed: the process that writes them failed.
    """
    wanted = edition(at=clock.now(), only=only)
    moved = _move(wanted, progress)
    wanted = replace(wanted, loaded_on=wanted.loaded_on + timedelta(days=moved))
    with nullcontext() if is_late else _drawing(wanted, progress):
        written = write_rows(wanted, progress, has_pages=not is_late)
    with pages_beside(progress) if is_late else nullcontext(Pages()) as pages:
        earlier = 0 if only else _write_earlier(wanted, progress)
        earlier += _charge(progress)
        ordered, left_out = _order(wanted, progress)
        queued = _queue_modern_pictures()
        _count(at=clock.now())
    if is_late:
        first_screens.make_ready(progress)
    what = "nothing to do"
    if earlier:
        refresh_popularity(at=clock.now())
    if any((moved, written, pages.were_written, earlier, ordered, queued)):
        what = f"{len(wanted.stores)} stores, {len(list(wanted.products())):,} products"
        _count_rows()
    but = f" but for {left_out} orders" if left_out else ""
    progress.say(f"The sample is complete{but}: {what}.")


def _write_earlier(wanted: Edition, progress: Progress) -> int:
    users = provide_accounts(at=clock.now())
    past_ones = past.write_past(wanted, users, progress)
    sold = selling.sell(wanted, progress, at=clock.now())
    at, by = clock.now(), users["organizer"]
    return past_ones + sold + provide_payees(at=at, by=by) + provide_waiting(at=at, by=by)


def _charge(progress: Progress) -> int:
    try:
        return charging.charge(charging.uncharged(), progress, at=clock.now())
    except SandboxSilent as reason:
        progress.say(
            f"The payment sandbox cannot be reached ({reason}): earlier orders can be refunded "
            "after the next start."
        )
        return 0


def write_rows(wanted: Edition, progress: Progress, *, has_pages: bool = True) -> bool:
    """Write all but orders; return whether anything was missing. No picture is drawn for it."""
    at = clock.now()
    written = load_reference()
    users = provide_accounts(at=at)
    festival, is_new = open_festival(wanted)
    is_new = bool(others.open_others(wanted)) or is_new
    stores = stocking.missing(wanted)
    for done, some in enumerate(batched(stores, STORES_AT_ONCE)):
        progress.report("Stocking stores", done * STORES_AT_ONCE, len(stores))
        with transaction.atomic():
            products = stocking.stock(wanted, some)
            languages.translate(some, at=at)
            others.join(wanted, products, others.ENDED, by=users["organizer"])
            take_part(wanted, festival, products, by=users["organizer"])
            others.join(wanted, products, others.COMING, by=users["organizer"])
            refresh([product.pk for product in products], at=at)
        if done.bit_count() == 1:  # after 2, 3, 5, 9, 17 times
            _count_rows()
    if stores:
        progress.report("Stocking stores", len(stores), len(stores))
    worded = _complete(wanted, stores, at=at)
    dated = provide_sessions(wanted, at=at, progress=progress)
    prepared = prepare(wanted, by=users["organizer"])
    pages = write_pages(at=at) if has_pages else 0
    return bool(written or is_new or stores or worded or dated or prepared or pages)


@transaction.atomic
def _complete(wanted: Edition, new: Sequence[StoreSheet], *, at: datetime) -> set[int]:
    """Give stores that were there words that they lack; return whose products were completed."""
    slugs = {sheet.slug for sheet in new}
    known = [sheet for sheet in wanted.stores if sheet.slug not in slugs]
    completed = languages.translate(known, at=at)
    if completed:
        refresh(completed, at=at)
    return completed


def _count(*, at: datetime) -> None:
    """Count at once what the shop counts from time to time."""
    index_missing(at=at)
    count_words(at=at)
    count_listings(at=at)
    count_all_sales(at=at)


def _count_rows() -> None:
    """Let the database plan for tables that have grown.

    After a load that was killed it believes them to be empty, and each deal would take seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _move(wanted: Edition, progress: Progress) -> int:
    days = moving.move(wanted, at=clock.now())
    if days:
        progress.say(
            f"The sample had aged: its festival, prices and dates moved forward by {days} days. "
            "Orders stayed."
        )
    return days


@contextmanager
def _drawing(wanted: Edition, progress: Progress) -> Iterator[None]:
    """Draw the pictures beside the block; leave it when all are drawn."""
    is_stopped = threading.Event()

    def report(done: int, total: int) -> None:
        if is_stopped.is_set():
            raise Stopped
        progress.report("Drawing pictures", done, total)

    with ThreadPoolExecutor(1) as beside:
        drawing = beside.submit(
            draw_all,
            media_folder(),
            jobs=os.cpu_count() or 1,
            report=report,
            sheets=wanted.stores,
        )
        try:
            yield
            drawing.result()
        except BaseException:
            is_stopped.set()
            raise


def _order(wanted: Edition, progress: Progress) -> tuple[int, int]:
    """Make the orders that are missing and send parcels; return how many, and how many not."""
    users = provide_accounts(at=clock.now())
    every = _orderable(wanted)
    missing = ordering.open_wishes(every)
    try:
        for refused in ordering.fulfil(missing, users, progress):
            progress.say(refused)
    except SandboxSilent as reason:
        progress.say(
            f"The payment sandbox cannot be reached ({reason}): orders are made at the next start."
        )
    sent = ordering.send(every, by=users["organizer"])
    if missing:
        refresh_popularity(at=clock.now())
    left_out = len(ordering.open_wishes(every))
    return len(missing) - left_out + sent, left_out


def _orderable(wanted: Edition) -> list[Wish]:
    """Return the wishes for products of these stores alone."""
    known = {*wanted.skus, FLASH}
    return [wish for wish in wishes() if wish.items.keys() <= known]


def _queue_modern_pictures() -> int:
    """Queue the making of AVIF files, unless that was done; return for how many pictures.

    The worker makes them when it has nothing else to do; until then browsers get JPEG.
    """
    path = make_modern_sizes.module_path
    if DBTaskResult.objects.ready().filter(task_path=path).exists():
        return 0
    plain = Picture.objects.filter(sizes__has_key="jpeg").exclude(sizes__has_key="avif")
    ids = list(plain.order_by("pk").values_list("pk", flat=True))
    with transaction.atomic():
        for picture_id in ids:
            enqueue(make_modern_sizes, picture_id)
    return len(ids)
