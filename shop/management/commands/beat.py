import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, close_old_connections, connection, connections
from django.utils.module_loading import import_string

from shop.core import clock
from shop.core.images.renditions import make_missing_shared
from shop.core.jobs import failed_jobs, pace
from shop.core.jobs.announce import told
from shop.core.workers.revive import take_up
from shop.festivals.promotions.sponsors import reckon_all
from shop.merchant.dashboard.people.roles import end_memberships
from shop.merchant.dashboard.spreadsheets import receive as sheets
from shop.merchant.imports import receive as catalogue_sheets
from shop.merchant.moderation import take_down
from shop.money.ledger.balances import log_differences
from shop.money.payments import void
from shop.money.payments.call_off import refund_what_is_left
from shop.money.payments.compare import compare_recent
from shop.money.payments.disputes.send import send_answers
from shop.money.payments.external.take_over import look_at_blocked
from shop.money.payments.operations import check_pending, run_operations
from shop.money.payments.recent import find_disputes, find_refunds, find_warnings
from shop.money.payments.sweep import check_unsettled, expire_overdue
from shop.money.payments.visits.few_guests import decide_few
from shop.money.payments.webhooks import handle_waiting
from shop.money.returns.overdue import look_at_returns
from shop.money.returns.replace import take_as_there
from shop.money.settlements.commission import make_bills
from shop.money.settlements.make import make_drafts, refresh_drafts, release_reserves
from shop.money.settlements.methods import close_replaced
from shop.money.settlements.payouts import queue_what_waits
from shop.money.settlements.remote.fund import look_at_fundings
from shop.money.settlements.remote.messages import apply_waiting, look_for_messages
from shop.money.settlements.remote.payout_checks import book_fees, look_at_payouts
from shop.money.settlements.remote.recipients import look_at_recipients
from shop.money.settlements.remote.send import send_payouts
from shop.money.settlements.remote.transfers import send_transfers, take_back_refunded
from shop.operations.retention.counts import note_gone
from shop.operations.retention.report import LOOK as LOOK_AT_KEPT
from shop.operations.retention.report import look_at_what_is_kept
from shop.operations.retention.rules import RULES
from shop.orders.after_sale.arrive import take_as_arrived
from shop.orders.after_sale.late import warn_of_late
from shop.orders.documents.missing import make_missing
from shop.orders.reconcile import note_sold
from shop.orders.reminders.due import tell_opened, tell_returned
from shop.reports.checks import ask_worker, look_around, look_closely, say_beating
from shop.reports.monitor import tell_what_is_wrong
from shop.reports.reconciliation.nightly import run_night
from shop.reports.reconciliation.storage import book_storage_lines
from shop.reports.tallies import check_sales, count_all_sales, count_sales
from shop.storefront.certifications.ending import end_certificates, remind_of_end
from shop.storefront.listings import bulk
from shop.storefront.listings.count import count_listings
from shop.storefront.listings.popularity import refresh_popularity
from shop.storefront.listings.refresh import close_dates
from shop.storefront.listings.search_index import count_words, index_missing
from shop.storefront.probe import probe_openings

log = logging.getLogger(__name__)

SECONDS_BETWEEN = 15
SAID_EVERY = 20  # seconds, also while a round of everything takes longer
BEHIND_POOLER = (
    "The beat holds locks from one transaction to the next, which a pooler does not: let"
    " DATABASE_URL name the database itself for this process, and unset DATABASE_POOLED."
)
LOCK_SPACE = 41_100  # kept across transactions, which shop.core.locks does not


class Round(NamedTuple):
    """A piece of the periodic work, done every so many rounds of everything.

    After ``seconds`` it begins nothing further and goes on the next time; what does not come to
    an end in six times as long is ended in the midst of it.
    """

    name: str
    use_case: Callable[..., object]
    every: int
    seconds: float = pace.SECONDS

    @property
    def longest(self) -> float:
        """Return the seconds after which it is interrupted."""
        return self.seconds * 6


ROUNDS = tuple(
    Round(*facts)
    for facts in (
        ("expire overdue orders", expire_overdue, 1),
        ("apply waiting messages", handle_waiting, 1),
        ("move money", run_operations, 1),
        ("apply messages about payouts", apply_waiting, 1),
        ("send evidence", send_answers, 1),
        ("send payouts", send_payouts, 4),
        ("send transfers", send_transfers, 4),
        ("take transfers back", take_back_refunded, 40),
        ("take up what dead workers left", take_up, 1),
        ("ask about payments", check_unsettled, 2),
        ("ask about refunds", check_pending, 20),
        ("look at refused refunds", look_at_blocked, 4),
        ("count what is popular", refresh_popularity, 40),
        ("index what has no words", index_missing, 400),
        ("close dates", close_dates, 4),
        ("count listings", count_listings, 4),
        ("make pictures for links", make_missing_shared, 40),
        ("count words", count_words, 2_000),
        ("take parcels as delivered", take_as_arrived, 240, 20),
        ("take replacements as delivered", take_as_there, 240, 20),
        ("look at returns", look_at_returns, 240, 20),
        ("close replaced accounts", close_replaced, 240),
        ("release reserves", release_reserves, 240),
        ("settle with stores", make_drafts, 240, 60),
        ("refresh drafts", refresh_drafts, 20, 20),
        ("queue payouts again", queue_what_waits, 240),
        ("bill stores for commission", make_bills, 20),
        ("look at recipients", look_at_recipients, 240),
        ("look at payouts", look_at_payouts, 240),
        ("ask about fundings", look_at_fundings, 240),
        ("look for messages about payouts", look_for_messages, 240),
        ("book fees of payouts", book_fees, 240),
        ("book lines of the account for payouts", book_storage_lines, 240),
        ("tell the organizers", tell_what_is_wrong, 4),
        ("note what was sold", note_sold, 400),
        ("make missing papers", make_missing, 20),
        ("compare counters and books", log_differences, 5_760, 60),
        ("compare sessions with the provider", compare_recent, 240, 20),
        ("look for refunds", find_refunds, 240, 20),
        ("look for disputes", find_disputes, 240, 20),
        ("look for fraud warnings", find_warnings, 240, 20),
        ("decide about dates with few guests", decide_few, 4),
        ("refund sessions that were called off", refund_what_is_left, 20),
        ("end orders at a wrong price", void.end_open_ones, 1),
        ("end orders of what was taken down", take_down.end_open_ones, 1),
        ("free what sponsors need not give", reckon_all, 4),
        ("tell of what has opened", tell_opened, 1),
        ("tell of what came back", tell_returned, 1),
        ("look at the pages of a start", probe_openings, 1, 20),
        ("count sales", count_sales, 1),
        ("look for sales not counted", count_all_sales, 40, 60),
        ("compare sales", check_sales, 5_760, 60),
        ("look around", look_around, 4),
        ("look closely", look_closely, 20, 20),
        ("ask the worker", ask_worker, 4),
        ("end work for stores", end_memberships, 4),
        ("warn of late parcels", warn_of_late, 240, 20),
        ("end certificates", end_certificates, 40),
        ("remind of certificates", remind_of_end, 400),
        ("take up sheets", sheets.take_up, 4),
        ("take up sheets of products", catalogue_sheets.take_up, 4),
        ("take up bulk approvals", bulk.take_up, 4),
        ("compare books and provider", run_night, 20, 60),
    )
)
ROUNDS += tuple(Round(rule.name, rule.use_case, rule.every, rule.seconds) for rule in RULES)
# After the rules: of what they have just taken away nobody has to be told.
ROUNDS += (Round(LOOK_AT_KEPT, look_at_what_is_kept, 80, 60),)


FORGETS = frozenset(rule.name for rule in RULES)

# Where the provider is slow, these wait for it; in a process of their own nothing waits for them.
MONEY = frozenset({
    "expire overdue orders", "apply waiting messages", "move money", "apply messages about payouts",
    "send evidence", "send payouts", "send transfers", "take transfers back", "ask about payments",
    "ask about refunds", "look at refused refunds", "queue payouts again", "look at recipients",
    "look at payouts", "ask about fundings", "look for messages about payouts",
    "book fees of payouts", "book lines of the account for payouts",
    "compare sessions with the provider", "look for refunds", "look for disputes",
    "look for fraud warnings",
    "refund sessions that were called off", "end orders at a wrong price",
    "end orders of what was taken down", "compare books and provider",
})  # fmt: skip
# Whichever of the two is silent, the other one tells of it.
BOTH = frozenset({"tell the organizers"})
ALL, OF_MONEY, REST = "all", "money", "rest"
ALIVE = {ALL: ("beat", "mover"), OF_MONEY: ("mover",), REST: ("beat",)}


class Command(BaseCommand):
    help = "Run the periodic work every 15 seconds until stopped; several may run at once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --once, for cron and for tests, and --part."""
        parser.add_argument("--once", action="store_true", help="one round of everything, then end")
        parser.add_argument(
            "--part", choices=ALIVE, default=ALL,
            help="money: what asks the payment provider; rest: all other work",
        )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._said = 0.0
        self._failed: set[str] = set()
        self._part = ALL

    def handle(self, *, once: bool, part: str, **options: object) -> None:
        """Run the rounds until told to stop."""
        if settings.DATABASE_POOLED:
            raise CommandError(BEHIND_POOLER)
        self._part = part
        if once:
            self.go_round(0)
            return
        pace.stop_on_signals()
        count = 0
        while not pace.is_stopped():
            self.go_round(count)
            count += 1
            pace.pause(SECONDS_BETWEEN)

    def go_round(self, count: int) -> None:
        """Run the work whose turn it is, and any that failed last time: a day is long to wait."""
        others = [
            (name, import_string(path), *rest) for name, path, *rest in settings.PERIODIC_WORK
        ]
        for place, piece in enumerate([*ROUNDS, *(Round(*facts) for facts in others)]):
            if pace.is_stopped():
                return
            if not self._is_ours(piece):
                continue
            if count % piece.every == 0 or piece.name in self._failed:
                self._say_alive()
                self._run(place, piece, at=clock.now())

    def _is_ours(self, piece: Round) -> bool:
        is_of_part = (piece.name in MONEY) == (self._part == OF_MONEY)
        return self._part == ALL or piece.name in BOTH or is_of_part

    def _say_alive(self) -> None:
        """Let it be known that the beat lives, now and then while it works."""
        if self._said and time.monotonic() - self._said < SAID_EVERY:
            return
        self._said = time.monotonic()
        close_old_connections()
        with suppress(DatabaseError, InterfaceError):  # the next piece of work says so, too
            say_beating(*ALIVE[self._part], at=clock.now())

    def _run(self, place: int, piece: Round, *, at: datetime) -> None:
        """Run one piece of work unless another process is at it; a failure waits for the next."""
        close_old_connections()
        try:
            with (
                pace.limited(piece.seconds),
                pace.interrupted_after(piece.longest),
                _alone(place) as is_ours,
            ):
                if not is_ours:
                    return
                self._failed.discard(piece.name)
                with told(piece.name):
                    gone = piece.use_case(at=at)
                if piece.name in FORGETS and isinstance(gone, int) and gone:
                    note_gone(piece.name, gone, at=at)
                failed_jobs.settle(piece.name, failed_jobs.WHOLE, at=at)
        except Exception as error:  # noqa: BLE001 (whatever it is, the other work must go on)
            self._failed.add(piece.name)
            _note(piece.name, error, at=at)
        except pace.TooLong as error:
            _drop_connection()
            if not pace.is_stopped():
                _note(piece.name, error, at=at)


@contextmanager
def _alone(place: int) -> Iterator[bool]:
    """Tell whether no other process is at this piece of work, and keep others from it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_SPACE, place])
        is_ours = cursor.fetchone()[0]
    try:
        yield is_ours
    finally:
        if is_ours:
            with suppress(DatabaseError, InterfaceError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_SPACE, place])


def _drop_connection() -> None:
    """Leave the connection that was in the midst of something; the database rolls back."""
    with suppress(DatabaseError, InterfaceError):
        connection.close()
    del connections["default"]


def _note(name: str, error: BaseException, *, at: datetime) -> None:
    log.error("%s failed and is tried again in %s s", name, SECONDS_BETWEEN)
    try:
        failed_jobs.note(name, failed_jobs.WHOLE, error, at=at)
    except (DatabaseError, InterfaceError) as silent:
        log.error("the database does not answer: %s", type(silent).__name__)
