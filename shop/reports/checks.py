"""Checks the parts of the shop in the background, and keeps the results with their moment.

Nothing here runs while somebody waits for a page. The beat looks every minute; what takes longer,
it looks at every five minutes while a festival runs or is about to; and all of it when asked.
"""

from __future__ import annotations

import logging
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.core.cache import cache
from django.core.mail import mailers
from django.db import connection
from django.db.models import Max
from django.tasks import Task, TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from shop.core import clock
from shop.core.errors import GatewayError
from shop.core.jobs.failed_jobs import waiting as waiting_failed_jobs
from shop.core.tasks import enqueue
from shop.festivals.models import Festival
from shop.money.payments.models import GatewayEvent, Payment
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.payments.watch import problems
from shop.orders.reconcile import differences
from shop.orders.unpaid.report import parked
from shop.people.accounts.passwords import breaches
from shop.reports import room
from shop.reports.models import Check
from shop.storefront.models import ProbeResult
from shop.storefront.probe import look_again, not_right, probe

log = logging.getLogger(__name__)

GOOD, WARN, BAD = Check.Standing.GOOD, Check.Standing.WARN, Check.Standing.BAD
BEFORE_OPENING = timedelta(minutes=60)
MOST_DRIFT = timedelta(seconds=2)
SILENCE = timedelta(minutes=10)
BEFORE_MAIL = 20
PROBLEMS = "problems"
"""The row that holds for the monitor what waits too long; it is not shown as a part."""
KEPT = "kept"
"""The part that retention looks at, and writes here."""
# How it stands, in words, and perhaps how many of what.
type Found = tuple[str, str] | tuple[str, str, dict[str, int]]
type Parts = tuple[tuple[str, Callable[[datetime], Found]], ...]


def say_beating(*names: str, at: datetime) -> None:
    """Write down that the beat beats. It says so itself, every some seconds while it works.

    Args:
        names: ``beat``, ``mover`` for the part that moves money; both where one process does all.
    """
    for name in names:
        _write(name, (GOOD, "It runs."), at=at)


def note_backup(*, at: datetime) -> None:
    """Write down that a backup was made."""
    _write("backup", (GOOD, "It was made."), at=at)


def note_check(name: str, standing: str, words: str, *, at: datetime) -> None:
    """Write down how a part stands that somebody else looks at."""
    _write(name, (standing, words), at=at)


def look_around(*, at: datetime) -> None:
    """Run the quick checks, which ask nobody outside. The beat calls it every minute."""
    say_beating("beat", at=at)
    _look(QUICK, at=at)


def look_closely(*, at: datetime) -> bool:
    """Run the slow checks, if a festival runs or opens within the hour; True if so."""
    near = Festival.objects.filter(state=Festival.State.PUBLISHED, ends_at__gt=at)
    if not near.filter(starts_at__lte=at + BEFORE_OPENING).exists():
        return False
    _look(SLOW, at=at)
    return True


def ask_worker(*, at: datetime) -> None:
    """Queue a task that says that the worker is alive, unless one waits already."""
    _ask(say_alive)


@task(priority=BEFORE_MAIL)
def say_alive() -> None:
    """Write down that the worker works, and run the check that it alone runs: of the mail server.

    While it waits for the mail server, the beat goes on.
    """
    at = clock.now()
    _write("worker", (GOOD, "It works."), at=at)
    _look_at(OUTSIDE, at=at)


@task
def look_at_everything() -> None:
    """Look at all parts now; an organizer asked for it."""
    at = clock.now()
    _write("worker", (GOOD, "It works."), at=at)
    _look(QUICK + OUTSIDE + SLOW, at=at)


@task(priority=BEFORE_MAIL)
def look_at_pages(festival_id: int) -> None:
    """Ask the pages of a festival's last start for their prices now; an organizer asked for it."""
    at = clock.now()
    festival = Festival.objects.get(pk=festival_id)
    starts = festival.slots.filter(starts_at__lte=at, cancelled_at=None)
    if opened := starts.aggregate(last=Max("starts_at"))["last"]:
        probe(festival, opened, at=at)
    look_again(at=at, is_asked=True)
    _seen(["pages"], lambda at: [_pages(at)], at=at)


def ask_now() -> None:
    """Queue a look at everything; of several that wait one is enough."""
    _ask(look_at_everything)


def ask_pages(festival: Festival) -> None:
    """Queue a look at the public pages of a festival; of several that wait one is enough."""
    _ask(look_at_pages, festival.pk)


def _ask(what: Task[..., Any], *args: int) -> None:
    waiting = DBTaskResult.objects.filter(status=TaskResultStatus.READY)
    same = waiting.filter(task_path=what.module_path, args_kwargs__args=list(args))
    if not same.exists():
        enqueue(what, *args)


def _look(parts: Parts, *, at: datetime) -> None:
    _look_at(parts, at=at)
    _seen([*STUCK, PROBLEMS], _waiting, at=at)


def _look_at(parts: Parts, *, at: datetime) -> None:
    for name, look in parts:
        _seen([name], partial(_only, look), at=at)


def _only(look: Callable[[datetime], Found], at: datetime) -> list[Found]:
    return [look(at)]


def _seen(names: list[str], look: Callable[[datetime], list[Found]], *, at: datetime) -> None:
    """Write down the results of a check; one that fails is a result too and stops no other."""
    try:
        found = look(at)
    except Exception:
        log.exception("%s could not be looked at", ", ".join(names))
        found = [(BAD, "It could not be looked at; the log says why.")] * len(names)
    for name, one in zip(names, found, strict=True):
        _write(name, one, at=at)


def _write(name: str, found: Found, *, at: datetime) -> None:
    standing, words, *counts = found
    facts = {"standing": standing, "words": words[:200], "at": at}
    facts["counts"] = counts[0] if counts else {}
    Check.objects.update_or_create(name=name, defaults=facts)


def _clock(_at: datetime) -> Found:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs = cursor.fetchone()[0]
    # The real clock, not the moment of the round: this asks whether two machines agree.
    apart = abs(datetime.now(UTC) - theirs)
    words = f"Server and database are {apart.total_seconds():.2f} s apart."
    return (GOOD if apart <= MOST_DRIFT else BAD), words


def _cache(_at: datetime) -> Found:
    word = secrets.token_hex(8)
    cache.set("check", word, 30)
    kept = cache.get("check") == word
    return (GOOD, "What is put in comes out.") if kept else (BAD, "It forgets what is put in.")


def _mail(_at: datetime) -> Found:
    backend = mailers["default"]
    try:
        backend.open()
    except OSError as error:
        return BAD, f"The mail server does not answer: {error}"
    backend.close()
    return GOOD, "The mail server answers."


def _passwords(_at: datetime) -> Found:
    if not breaches.is_used():
        return GOOD, "Off. Only common passwords are refused, by a local list."
    if breaches.answers():
        return GOOD, "The leaked-password service answers."
    return WARN, "The leaked-password service does not answer. Only the local list is used."


def _pages(_at: datetime) -> Found:
    found = Counter(not_right().values_list("outcome", flat=True))
    if wrong := found[ProbeResult.Outcome.WRONG]:
        pages = "public page shows" if wrong == 1 else "public pages show"
        return BAD, f"{wrong} {pages} another price than the computed one."
    if silent := found[ProbeResult.Outcome.SILENT]:
        pages = "public page" if silent == 1 else "public pages"
        return WARN, f"{silent} {pages} did not answer when asked for prices."
    return GOOD, "No public page was seen with a wrong price."


def _failures(at: datetime) -> Found:
    count = waiting_failed_jobs(since=at).count()
    if not count:
        return GOOD, "Nothing that failed waits for a person."
    return (
        BAD,
        f"{count} failed, {'is' if count == 1 else 'are'} tried again and may need a person.",
    )


def _parking(at: datetime) -> Found:
    found = parked(at=at)
    words = []
    if found.holding:
        words.append(f"Networks that hold much: {found.holding}, the most {found.most_held} units.")
    if found.lapsing:
        words.append(
            f"Networks or addresses that let much lapse: {found.lapsing}, "
            f"the most {found.most_lapsed} units."
        )
    if not words:
        return GOOD, "Nobody holds much unpaid, or lets much lapse."
    return WARN, " ".join([*words, "Fairness bounds it."])


def _messages(at: datetime) -> Found:
    last = GatewayEvent.objects.order_by("-pk").values_list("received_at", flat=True).first()
    asked = Payment.objects.order_by("-pk").values_list("made_at", flat=True).first()
    if last is None:
        return (WARN if asked else GOOD), "No message from the payment provider yet."
    words = f"The last one came {last:%d %b, %H:%M:%S} UTC."
    is_silent = asked is not None and last < asked < at - SILENCE and at - asked < SILENCE * 6
    return (WARN if is_silent else GOOD), words


def _provider(_at: datetime) -> Found:
    try:
        gateway().knock()
    except GatewayError as error:
        return BAD, f"It does not answer: {error}"
    return GOOD, "It answers."


def _counters(_at: datetime) -> Found:
    found = differences()
    if not found:
        return GOOD, "Counters and lines of orders agree."
    return BAD, f"{len(found)} differ, the first: {found[0]}"


def _waiting(at: datetime) -> list[Found]:
    """Return the findings on work that waits too long, sorted by whose concern it is."""
    found = problems(at=at)
    whole = (BAD if found else GOOD, "What the monitor is told.", found)
    return [*(_stuck(name, words, found) for name, words in STUCK.items()), whole]


def _stuck(name: str, words: str, found: dict[str, int]) -> Found:
    own = sorted((text, count) for text, count in found.items() if _concern(text) == name)
    said = ", ".join(f"{count} {text}" for text, count in own)
    return (BAD, f"Too long or stuck: {said}.") if own else (GOOD, words)


def _concern(text: str) -> str:
    if "task" in text:
        return "queue"
    return "orders" if "order" in text else "money"


QUICK = (
    ("clock", _clock), ("cache", _cache), ("messages", _messages), ("pages", _pages),
    ("parking", _parking), ("failures", _failures), ("disk", room.disk), ("archive", room.archive),
)  # fmt: skip
OUTSIDE = (("mail", _mail), ("passwords", _passwords))
SLOW = (("provider", _provider), ("counters", _counters))
STUCK = {
    "queue": "Nothing waits for the worker too long.",
    "orders": "No unpaid order is past its time.",
    "money": "No payment, refund or message waits too long.",
}


def known() -> Iterator[str]:
    """Name every part that is looked at, in the order in which it is shown."""
    yield from (
        "beat",
        "worker",
        "sales",
        "night",
        KEPT,
        *(name for name, _look in QUICK + OUTSIDE + SLOW),
        *STUCK,
    )
