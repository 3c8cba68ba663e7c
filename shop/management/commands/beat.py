import logging
import signal
import threading
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections, connection
from django.utils.module_loading import import_string

from shop import clock
from shop.cart.forgetting import forget_old_carts
from shop.cart.trying import forget_tries
from shop.festivals.funds import reckon_all
from shop.ledger.balances import log_differences
from shop.limiting.store import forget_limits
from shop.listings.counting import count_listings
from shop.listings.indexing import count_words, index_missing
from shop.listings.refreshing import close_dates, refresh_popularity
from shop.payments import voiding
from shop.payments.calling_off import refund_what_is_left
from shop.payments.operations import check_pending, run_operations
from shop.payments.sweeping import check_unsettled, expire_overdue
from shop.payments.watching import tell_organizers
from shop.payments.webhooks import forget_bodies, handle_waiting
from shop.queueing.line import forget_places
from shop.reminders.telling import forget_reminders, tell_opened, tell_returned
from shop.reporting.checks import ask_worker, look_around, look_closely
from shop.reporting.refusals import forget_refusals
from shop.reporting.tallying import check_sales, count_all_sales, count_sales
from shop.storefront.probing import probe_openings

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 15
LOCK_SPACE = 41_100
ROUNDS: tuple[tuple[str, Callable[..., object], int], ...] = (
    # name, use case, every so many rounds
    ("expire overdue orders", expire_overdue, 1),
    ("apply waiting messages", handle_waiting, 1),
    ("move money", run_operations, 1),
    ("ask about payments", check_unsettled, 2),
    ("ask about refunds", check_pending, 20),
    ("count what is popular", refresh_popularity, 40),
    ("index what has no words", index_missing, 400),
    ("close dates", close_dates, 4),
    ("count listings", count_listings, 4),
    ("count words", count_words, 2_000),
    ("tell the organizers", tell_organizers, 4),
    ("compare counters and books", log_differences, 5_760),
    ("forget what messages said", forget_bodies, 2_000),
    ("forget old carts", forget_old_carts, 2_000),
    ("refund sessions that were called off", refund_what_is_left, 20),
    ("end orders at a wrong price", voiding.end_open, 1),
    ("free what sponsors need not give", reckon_all, 4),
    ("tell of what has opened", tell_opened, 1),
    ("tell of what came back", tell_returned, 1),
    ("forget reminders", forget_reminders, 400),
    ("forget places in the queue", forget_places, 20),
    ("look at the pages of a start", probe_openings, 1),
    ("count sales", count_sales, 1),
    ("look for sales not counted", count_all_sales, 40),
    ("compare sales", check_sales, 5_760),
    ("look around", look_around, 4),
    ("look closely", look_closely, 20),
    ("ask the worker", ask_worker, 20),
    ("forget refusals", forget_refusals, 5_760),
    ("forget limits", forget_limits, 40),
    ("forget tries of vouchers", forget_tries, 40),
)


class Command(BaseCommand):
    help = "Run the periodic work every 15 seconds until stopped; several may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --once, for cron and for tests."""
        parser.add_argument("--once", action="store_true", help="one round of everything, then end")

    def handle(self, *, once: bool, **options: object) -> None:
        """Go round until told to stop."""
        if once:
            self._round(0)
            return
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        count = 0
        while not stopped.is_set():
            self._round(count)
            count += 1
            stopped.wait(SECONDS_BETWEEN)

    def _round(self, count: int) -> None:
        others = [(name, import_string(path), n) for name, path, n in settings.PERIODIC_WORK]
        for place, (name, use_case, every) in enumerate([*ROUNDS, *others]):
            if count % every == 0:
                self._run(place, name, use_case, at=clock.now())

    def _run(self, place: int, name: str, use_case: Callable, *, at: datetime) -> None:
        """Run one piece of work unless another process is at it; a failure waits for the next."""
        close_old_connections()
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, place])
                if not cursor.fetchone()[0]:
                    return
                try:
                    use_case(at=at)
                finally:
                    cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, place])
        except Exception:  # whatever it is, the other work must go on
            log.exception("%s failed and is tried again in %s s", name, SECONDS_BETWEEN)
