"""Makes settlements: drafts by themselves, final ones when an organizer approves them."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from shop.core.currencies import written
from shop.core.errors import LookAgain, NotPossible
from shop.core.jobs import each
from shop.core.jobs.failed_jobs import FailedItem
from shop.core.locks import lock, lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import EventFacts
from shop.money.ledger.thresholds import Threshold
from shop.money.settlements.claims import OF_PAYOUTS, unclaimed
from shop.money.settlements.dates import WEEK, last_cut_off
from shop.money.settlements.lines import lines_of
from shop.money.settlements.methods import current_method
from shop.money.settlements.models import PayoutMethod, Settlement, SettlementLine
from shop.money.settlements.payouts import queue
from shop.money.settlements.sums import Claims, SettledSums, claims_of
from shop.money.settlements.tasks import send_settled
from shop.orders.models import Suborder
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own

State, Account = Settlement.State, LedgerEntry.Account
LEAST = {
    PayoutMethod.Rail.BANK: Threshold.LEAST_TO_BANK,
    PayoutMethod.Rail.MOBILE: Threshold.LEAST_TO_MOBILE,
}
"""Below it the entries wait; a transfer would cost too much of it."""
LEAST_BY_PROVIDER = {
    PayoutMethod.Way.GLOBAL: Threshold.LEAST_BY_PROVIDER,
    PayoutMethod.Way.CONNECT: Threshold.LEAST_TO_OWN_ACCOUNT,
}
LONGEST_WAIT = timedelta(days=90)
"""What waits longer is paid, however little it is."""


def make_drafts(*, at: datetime) -> int:
    """Draft the settlements of each store whose cut-off has passed, one for each currency.

    In the beat; safe to repeat.
    """
    owed = [
        (merchant.pk, currency)
        for merchant, currency in _owed()
        if not Settlement.objects.filter(
            merchant=merchant, currency=currency, asked=False,
            cut_off__gte=last_cut_off(merchant, at=at),
        ).exclude(state=State.VOID).exists()
    ]  # fmt: skip

    def one(pair: tuple[int, str]) -> bool:
        cut_off = last_cut_off(Merchant.objects.get(pk=pair[0]), at=at)
        return draft(pair[0], cut_off=cut_off, at=at, currency=pair[1]) is not None

    def about(pair: tuple[int, str]) -> FailedItem:
        return FailedItem("shop.merchant", str(pair[0]))

    return each("settle with stores", owed, one, at=at, about=about)


@transaction.atomic
def draft(
    merchant_id: int, *, cut_off: datetime, at: datetime, asked: bool = False, currency: str = ""
) -> Settlement | None:
    """Claim what a store has earned up to a moment; None where nothing is to be settled yet.

    Where more went back than was sold, nothing is paid: it is carried to the next one at once.

    Args:
        currency: the shop's, unless another is named, in which it sold before.
    """
    merchant = lock_one(Merchant.objects, merchant_id)
    currency = currency or settings.SHOP_CURRENCY
    if merchant.settlements.filter(state=State.DRAFT, currency=currency).exists():
        return None
    claims = claims_of(merchant, currency, cut_off=cut_off, at=at)
    method = current_method(merchant, at=at)
    if not claims.entries or (claims.sums.total > 0 and not _is_enough(claims, method, at=at)):
        return None
    last = merchant.settlements.aggregate(n=Max("n"))["n"] or 0
    made = Settlement.objects.create(
        merchant=merchant, currency=currency, n=last + 1, cut_off=cut_off, asked=asked, made_at=at
    )
    claims = _fill(made, at=at)
    if made.total <= 0:
        _carry(made, claims.entries, at=at)
    return made


@transaction.atomic
def ask_for(merchant: Merchant, *, at: datetime, by: User) -> Settlement:
    """Draft what a store may have now, before its cut-off: once a week.

    Raises:
        NotPossible: the store is suspended, it asked within the week, a draft waits, or there is
            too little.
    """
    if merchant.is_unpaid:
        raise NotPossible(_("Your store is suspended: you are paid once it is open again."))
    asked = merchant.settlements.filter(asked=True, made_at__gt=at - WEEK)
    if asked.exclude(state=State.VOID).exists():
        raise NotPossible(_("You have asked within the last seven days."))
    if merchant.settlements.filter(state=State.DRAFT).exists():
        raise NotPossible(_("A settlement of yours is being checked already."))
    made = draft(merchant.pk, cut_off=at, at=at, asked=True)
    if made is None:
        raise NotPossible(_("Nothing can be paid yet: look at what is held, and at the least sum."))
    note(made, "ask", at=at, by=by, festival=None)
    return made


def approve(settlement_id: int, *, seen: int, at: datetime, by: User) -> Settlement:
    """Make a draft final: its lines and its total never change, and its payout is queued.

    Args:
        seen: the total that was shown, in minor units.

    Raises:
        ChangedSum: something was refunded, released or stopped since; the draft has the new sums,
            or has ended where they are too little to be paid.
        NotPossible: the store is suspended, has no account that can be used, or it is no draft.
        StaleState: somebody else was faster.
    """
    row = _approve(settlement_id, seen=seen, at=at, by=by)
    if row.state != State.FINAL:  # what it comes to now is kept, so it is raised out here
        raise ChangedSum(row)
    return row


@transaction.atomic
def _approve(settlement_id: int, *, seen: int, at: datetime, by: User) -> Settlement:
    """Approve a draft; where it comes to another sum it keeps that sum, or ends with it."""
    row = _locked_draft(settlement_id)
    merchant = row.merchant
    refuse_own(merchant.pk, by=by)
    method = current_method(merchant, at=at)
    if merchant.is_unpaid:
        raise NotPossible(f"{merchant.name} is suspended: nothing is paid to it.")
    if method is None:
        raise NotPossible(f"{merchant.name} has no account that can be used now.")
    claims = _fill(row, at=at)
    if _end_if_too_little(row, claims, method, at=at) or row.total != seen:
        return row
    entries = claims.entries
    _freeze(row, entries, at=at)
    _book(row, at=at)
    row.move_to(State.FINAL, final_at=at, approved_by=by, method=method)
    Suborder.objects.filter(
        pk__in={entry.suborder_id for entry in entries if entry.suborder_id}, settled_at=None
    ).update(settled_at=at)
    queue(row, method, at=at)
    note(row, "approve", at=at, by=by, festival=None, after={"total": row.total})
    enqueue(send_settled, row.pk)
    return row


class ChangedSum(LookAgain):
    """A draft comes to another sum than was shown, or has ended; nothing was approved."""

    def __init__(self, row: Settlement) -> None:
        then = "Check its lines, then approve it."
        if row.state == State.CARRIED:
            then = "It has ended: what is missing comes off the next one."
        elif row.state == State.VOID and row.total > 0:
            then = "It has ended: this is too little to be paid, and waits for the next one."
        elif row.state == State.VOID:
            then = "It has ended: nothing is left that can be paid now."
        now = written(row.total, row.currency, "en")
        super().__init__(f"{row.number} comes to {now} now. Nothing is approved. {then}")


def refresh_drafts(*, at: datetime) -> int:
    """Let drafts follow what was refunded, kept or released since they were made. In the beat.

    One of which nothing is left to pay ends, and what it had claimed is free for the next one.
    """
    rows = Settlement.objects.filter(state=State.DRAFT).order_by("pk")
    ids = list(rows.values_list("pk", flat=True))
    return each("refresh drafts", ids, lambda pk: _refresh(pk, at=at), at=at, about=Settlement)


@transaction.atomic
def _refresh(settlement_id: int, *, at: datetime) -> bool:
    """Bring a draft up to date; False where nothing has changed."""
    known = Settlement.objects.select_related("merchant").get(pk=settlement_id)
    claims = claims_of(known.merchant, known.currency, cut_off=known.cut_off, at=at, drafts=True)
    claimed = set(known.claimed.values_list("entry", flat=True))
    same_sums = SettledSums(known.earned, known.netted, known.reserved) == claims.sums
    is_same = same_sums and claimed == {entry.pk for entry in claims.entries}
    if known.state != State.DRAFT or (is_same and claims.sums.total > 0):
        return False
    row = _locked(settlement_id)
    if row.state != State.DRAFT:
        return False
    claims = _fill(row, at=at)
    _end_if_too_little(row, claims, current_method(row.merchant, at=at), at=at)
    return True


def _end_if_too_little(
    row: Settlement, claims: Claims, method: PayoutMethod | None, *, at: datetime
) -> bool:
    """End a draft that has just been filled where nothing of it is paid; return whether it did."""
    if claims.entries and row.total <= 0:
        _carry(row, claims.entries, at=at)
    elif not claims.entries or (method and not _is_enough(claims, method, at=at)):
        row.claimed.all().delete()
        row.move_to(State.VOID)
        note(row, "void", at=at, festival=None, reason="Nothing is left that can be paid now.")
    else:
        return False
    return True


@transaction.atomic
def void(settlement_id: int, *, reason: str, at: datetime, by: User) -> None:
    """Drop a draft: its entries are free for the next one.

    Raises:
        NotPossible: there is no reason.
        StaleState: it is final.
    """
    if not reason.strip():
        raise NotPossible("Say why: whoever looks next reads it.")
    row = _locked_draft(settlement_id)
    refuse_own(row.merchant_id, by=by)
    row.claimed.all().delete()
    row.move_to(State.VOID)
    note(row, "void", at=at, by=by, festival=None, reason=reason.strip()[:300])


def least_for(method: PayoutMethod, currency: str) -> int:
    """Return the least that is paid to an account, minor units; what is older is paid anyway."""
    if method.is_remote:
        return LEAST_BY_PROVIDER[PayoutMethod.Way(method.way)].in_minor(currency)
    return LEAST[PayoutMethod.Rail(method.rail)].in_minor(currency)


def release_reserves(*, at: datetime) -> int:
    """Let stores have what was kept of earlier settlements, on its day. In the beat."""
    rows = Settlement.objects.filter(
        state__in=Settlement.FROZEN, reserved__gt=0, reserve_released_at=None,
        reserve_until__lte=at,
    )  # fmt: skip

    @transaction.atomic
    def one(row: Settlement) -> None:
        lock_one(Merchant.objects, row.merchant_id)
        same = Settlement.objects.filter(pk=row.pk, reserve_released_at=None)
        if same.update(reserve_released_at=at):
            facts = EventFacts(reference=str(row.pk), currency=row.currency, at=at)
            moves.RESERVE_RELEASED.book(row.reserved, row.merchant, **facts)

    return each("release reserves", rows.select_related("merchant"), one, at=at)


def _owed() -> list[tuple[Merchant, str]]:
    """Return the stores of which entries stand on no settlement yet, by currency."""
    open_ones = LedgerEntry.objects.filter(account=Account.PAYABLE, settlement_line=None)
    open_ones = open_ones.exclude(transaction__kind__in=OF_PAYOUTS)
    open_ones = open_ones.exclude(merchant__in=Merchant.objects.filter(Merchant.UNPAID))
    pairs = open_ones.order_by("merchant", "currency").values_list("merchant", "currency")
    found = list(pairs.distinct())
    stores = Merchant.objects.in_bulk({pk for pk, _currency in found if pk})
    return [(stores[pk], currency) for pk, currency in found if pk]


def _is_enough(claims: Claims, method: PayoutMethod | None, *, at: datetime) -> bool:
    if method is None:
        return False
    oldest = min(entry.transaction.at for entry in claims.entries)
    is_last = method.merchant.is_leaving  # whatever is left is paid
    least = least_for(method, claims.entries[0].currency)
    return is_last or claims.sums.total >= least or oldest <= at - LONGEST_WAIT


def _charge_tariff(merchant: Merchant, currency: str, *, number: int, at: datetime) -> bool:
    """Book what a store bears of its next payout, once: that of a dropped draft still counts."""
    tariff, kind = merchant.payout_tariff, LedgerTransaction.Kind.PAYOUT_TARIFF
    waiting = unclaimed(merchant, currency).filter(transaction__kind=kind)
    if not tariff or currency != settings.SHOP_CURRENCY or waiting.exists():
        return False
    facts = EventFacts(reference=f"{merchant.pk}-{number}", currency=currency, at=at)
    moves.PAYOUT_TARIFF.book(tariff, merchant, **facts)
    return True


def _fill(row: Settlement, *, at: datetime) -> Claims:
    """Claim anew for a draft what it may have now, write its sums, and return both."""
    row.claimed.all().delete()
    merchant, currency = row.merchant, row.currency
    claims = claims_of(merchant, currency, cut_off=row.cut_off, at=at)
    is_worth = claims.sums.total > merchant.payout_tariff
    if is_worth and _charge_tariff(merchant, currency, number=row.n, at=at):
        claims = claims_of(merchant, currency, cut_off=row.cut_off, at=at)
    sums = claims.sums
    row.earned, row.netted = sums.earned, sums.netted
    row.reserved, row.total = sums.reserved, sums.total
    row.save(update_fields=["earned", "netted", "reserved", "total"])
    _claim(row, claims.entries)
    return claims


def _carry(row: Settlement, entries: list[LedgerEntry], *, at: datetime) -> None:
    """End a settlement of which nothing is paid: what is missing comes off the next one."""
    _freeze(row, entries, at=at)
    _book(row, at=at)
    row.move_to(State.CARRIED, final_at=at)


def _claim(row: Settlement, entries: list[LedgerEntry]) -> None:
    SettlementLine.objects.bulk_create(
        SettlementLine(settlement=row, entry=entry, amount=-entry.amount) for entry in entries
    )


def _freeze(row: Settlement, entries: list[LedgerEntry], *, at: datetime) -> None:
    row.lines = lines_of(entries)
    row.commission = sum(line["commission"] for line in row.lines)
    if row.reserved:
        row.reserve_until = at + timedelta(days=row.merchant.reserve_days)
    row.save(update_fields=["lines", "commission", "reserve_until"])


def _book(row: Settlement, *, at: datetime) -> None:
    """Book what is taken off, kept and carried; those entries belong to this settlement, too."""
    facts = EventFacts(reference=str(row.pk), currency=row.currency, at=at)
    booked: list[LedgerTransaction | None] = [
        moves.NETTED.book(row.netted, row.merchant, **facts),
        moves.RESERVE_HELD.book(row.reserved, row.merchant, **facts),
    ]
    if row.total < 0:
        booked.append(moves.CARRIED.book(-row.total, row.merchant, **facts))
    own = [one.pk for one in booked if one]
    entries = LedgerEntry.objects.filter(transaction__in=own, account=Account.PAYABLE)
    _claim(row, list(entries))


def _locked(settlement_id: int) -> Settlement:
    """Return a settlement, locked with its store and the parts of orders that it may claim."""
    known = Settlement.objects.get(pk=settlement_id)
    parts = Suborder.objects.filter(merchant=known.merchant_id, release_at__lte=known.cut_off)
    lock(parts.filter(settled_at=None))
    merchant = lock_one(Merchant.objects, known.merchant_id)
    row = lock_one(Settlement.objects, settlement_id)
    row.merchant = merchant
    return row


def _locked_draft(settlement_id: int) -> Settlement:
    row = _locked(settlement_id)
    if row.state != State.DRAFT:
        raise NotPossible("It is final already, or was dropped.")
    return row
