"""The night: the provider's balance is read line by line, the books are looked at, both compared.

It goes on where it was stopped: how far it is stands in a row, and all that it does is done once.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Min

from shop.core.errors import GatewayError
from shop.core.jobs.pace import TimeBudget, limited
from shop.core.jobs.work import each
from shop.money.ledger.closing import close_months
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Payment
from shop.money.payments.provider.gateway import BalanceLine
from shop.money.payments.provider.reading import Answer, NotUnderstood, known, read_ones
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders.documents.missing import make_missing
from shop.reports.checks import note_check
from shop.reports.models import Check
from shop.reports.reconciliation import balances
from shop.reports.reconciliation.discrepancies import report, settle_others
from shop.reports.reconciliation.lines import book_fees, known_rows, take_in
from shop.reports.reconciliation.models import Discrepancy, NightlyReconciliation
from shop.reports.reconciliation.rules import RULES, breaches

log = logging.getLogger(__name__)
Step = NightlyReconciliation.Step

BEGINS = timedelta(hours=2)
"""Into the day, UTC; whoever starts the shop later has the night at once."""
SEEN_AGAIN = timedelta(days=3)
"""Lines are read again for so long: the provider may add some to a day that is over."""
TIME_TO_HEAR = timedelta(hours=1)
"""What is younger is not judged: its message may still be on its way."""
MOST_TRIES = 12
"""Looks at a balance that moves, once in five minutes; then the night ends without."""
WHOLE = 120.0
"""Seconds in which a page, or all rules, come to an end; what does not is begun anew."""
NAME, NAME_OF_RULES = "take in lines of the balance", "look at the books"
KINDS = (
    MoneyTask.Kind.DIFFERENCE, MoneyTask.Kind.SUSPENSE, MoneyTask.Kind.COVER,
    MoneyTask.Kind.RECEIVABLE, MoneyTask.Kind.LEAVING, MoneyTask.Kind.DOCUMENT,
)  # fmt: skip


def run_night(*, at: datetime) -> bool:
    """Begin the night that is due, or go on with it; True once it is done. In the beat."""
    night = _night(at=at)
    if night is None:
        return True
    budget = TimeBudget(None)
    try:
        while night.step != Step.DONE:
            if not STEPS[Step(night.step)](night, at=at):
                return False
            if budget.is_used_up and night.step != Step.DONE:
                return False
    except GatewayError as error:
        log.warning("the night waits for the provider: %s", error)
        return False
    return True


def latest_nights(count: int) -> list[NightlyReconciliation]:
    """Return the last nights, the newest first. One statement."""
    return list(NightlyReconciliation.objects.order_by("-started_at")[:count])


def _night(*, at: datetime) -> NightlyReconciliation | None:
    """Return the night that is not done, or the one that is due; None where all is done."""
    last = NightlyReconciliation.objects.order_by("-started_at").first()
    if last and last.step != Step.DONE:
        return last
    day = (at - BEGINS).date()
    if last and last.day >= day:
        return None
    if last:
        since = last.until - SEEN_AGAIN
    else:
        note_check("night", Check.Standing.WARN, "The first night is not done.", at=at)
        first = Payment.objects.aggregate(first=Min("made_at"))["first"]
        since = min(first or at, at - SEEN_AGAIN) - SEEN_AGAIN
    return NightlyReconciliation.objects.create(day=day, since=since, until=at, started_at=at)


def _read_lines(night: NightlyReconciliation, *, at: datetime) -> bool:
    """Take in one page of lines; False where it has to be read again.

    Raises:
        GatewayError: the provider did not answer; the page is read again, too.
    """
    page = gateway().balance_lines(night.since, night.until, after=night.after)
    if not _take_page(night, page.lines, at=at):
        return False
    night.after = page.last or night.after
    if not page.has_more:
        night.step = Step.RULES
    night.save()
    return True


def _take_page(
    night: NightlyReconciliation, page: Sequence[Answer[BalanceLine]], *, at: datetime
) -> bool:
    lines, left = read_ones(page), {line.id for line in page}
    rows = known_rows(lines)
    silent: list[GatewayError] = []
    judged = night.until - TIME_TO_HEAR
    book_fees(lines, rows, at=at)

    def take(answer: Answer[BalanceLine]) -> bool:
        try:
            line = known(answer)
            is_young = line.made_at is not None and line.made_at > judged
            taken = take_in(line, rows, is_young=is_young, at=at)
        except NotUnderstood:
            raise
        except GatewayError as error:
            if not (error.may_retry or error.code == "authentication"):
                raise  # it is this line's own fault
            silent.append(error)
            return False
        finally:
            left.discard(answer.id)
        night.count(taken)
        return True

    with limited(WHOLE):
        each(NAME, page, take, about=lambda line: line.id, at=at)
    if silent:
        raise silent[0]
    return not left  # else its time was over in the midst of it


def _look_at_books(night: NightlyReconciliation, *, at: datetime) -> bool:
    """Ask all rules; one that fails keeps no other from its turn.

    A shop that stood still for a day makes up for its papers before it is judged by them.
    """
    make_missing(at=at)
    if TimeBudget(None).is_used_up:
        return False
    left = set(RULES)

    def ask(name: str) -> None:
        left.discard(name)
        for breach in breaches(at=at, only=(name,)):
            night.count("news", report(breach, at=at))

    with limited(WHOLE):
        answered = each(NAME_OF_RULES, RULES, ask, about=lambda name: name, at=at)
    if left:
        return False
    night.counts["unanswered"] = len(RULES) - answered
    night.step = Step.BALANCES
    night.save()
    return True


def _compare_balances(night: NightlyReconciliation, *, at: datetime) -> bool:
    """Compare the balances; one that moves at every look is looked at again some minutes later."""
    found = balances.compare(night.until - TIME_TO_HEAR, at=at)
    if found is None and night.tries < MOST_TRIES:
        night.tries += 1
        night.save(update_fields=["tries"])
        return False
    if found is None:
        night.counts["not compared"] = 1
        _keep_differences(at=at)
    for breach in found or ():
        night.count("news", report(breach, at=at))
    _finish(night, at=at)
    return True


def _finish(night: NightlyReconciliation, *, at: datetime) -> None:
    """Settle what was found before and is no more, close months, and say how the night went."""
    if not night.counts.get("unanswered"):  # else nobody knows whether it is over
        night.counts["solved"] = settle_others(KINDS, seen_at=night.started_at, at=at)
    night.counts["open"] = Discrepancy.objects.count()
    close_months(at=at)  # what the provider did in them is booked by now
    night.step, night.finished_at = Step.DONE, at
    night.save()
    is_good = not any(night.counts.get(name) for name in ("news", "not compared", "unanswered"))
    standing = Check.Standing.GOOD if is_good else Check.Standing.WARN
    note_check("night", standing, words_of(night), at=at)


def words_of(night: NightlyReconciliation) -> str:
    """Return what a night looked at and found, in a sentence."""
    lines = sum(night.counts.get(name, 0) for name in OF_LINES)
    said = f"{lines:,} lines of the balance, {night.counts.get('news', 0):,} new differences"
    moved = ", the balance moved and was not compared" if "not compared" in night.counts else ""
    return f"{said}, {night.counts.get('open', 0):,} open{moved}."


OF_LINES = ("charges", "refunds", "disputes", "payouts", "top-ups", "fees", "unknown")
STEPS = {
    Step.LINES: _read_lines,
    Step.RULES: _look_at_books,
    Step.BALANCES: _compare_balances,
}


def _keep_differences(*, at: datetime) -> None:
    """Keep what is known of balances: it was not looked at, so it is not settled either."""
    rows = Discrepancy.objects.filter(kind=MoneyTask.Kind.DIFFERENCE, key__startswith="provider-")
    rows.update(last_at=at)
