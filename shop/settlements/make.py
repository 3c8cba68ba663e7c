"""Makes settlements: drafts by themselves, final ones when an organizer approves them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.currencies import written
from shop.errors import NotPossible
from shop.festivals.changelog import log as note
from shop.ledger.balances import balance
from shop.ledger.models import LedgerEntry, LedgerTransaction
from shop.ledger.posting import settlements as books
from shop.ledger.posting.entries import EventFacts
from shop.locks import lock, lock_one
from shop.merchants.models import Merchant
from shop.orders.models import Suborder
from shop.rounds import each
from shop.rounds.mishaps import FailedItem
from shop.settlements.claims import OF_PAYOUTS, claimable, unclaimed
from shop.settlements.dates import WEEK, last_cut_off
from shop.settlements.lines import lines_of
from shop.settlements.methods import current_method
from shop.settlements.models import PayoutMethod, Settlement, SettlementLine
from shop.settlements.payouts import queue
from shop.settlements.tasks import send_settled
from shop.tasks import enqueue

State, Account = Settlement.State, LedgerEntry.Account
LEAST = {PayoutMethod.Rail.BANK: 50_00, PayoutMethod.Rail.MOBILE: 10_00}
"""Below it the entries wait, minor units; a transfer would cost too much of it."""
LEAST_BY_PROVIDER = {PayoutMethod.Way.GLOBAL: 100_00, PayoutMethod.Way.CONNECT: 1_00}
LONGEST_WAIT = timedelta(days=90)
"""What waits longer is paid, however little it is."""


@dataclass(frozen=True, slots=True)
class SettledSums:
    """What entries come to: earned, taken off, kept back."""

    earned: int
    netted: int
    reserved: int

    @property
    def total(self) -> int:
        """Return what is left to pay; below zero the store owes it."""
        return self.earned - self.netted - self.reserved


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
    entries = _entries(merchant, currency, cut_off)
    sums = _sums(merchant, currency, entries)
    method = current_method(merchant, at=at)
    if not entries or (sums.total > 0 and not _is_enough(sums, entries, method, at=at)):
        return None
    last = merchant.settlements.aggregate(n=Max("n"))["n"] or 0
    is_worth = sums.total > merchant.payout_tariff
    if is_worth and _charge_tariff(merchant, currency, number=last + 1, cut_off=cut_off):
        entries = _entries(merchant, currency, cut_off)
        sums = _sums(merchant, currency, entries)
    made = Settlement(
        merchant=merchant, currency=currency, n=last + 1, cut_off=cut_off, asked=asked, made_at=at
    )
    _write_sums(made, sums)
    _claim(made, entries)
    if sums.total <= 0:
        _freeze(made, entries, at=at)
        _book(made, at=at)
        made.move_to(State.CARRIED, final_at=at)
    return made


@transaction.atomic
def ask_for(merchant: Merchant, *, at: datetime, by: User) -> Settlement:
    """Draft what a store may have now, before its cut-off: once a week.

    Raises:
        NotPossible: the store is suspended, it asked within the week, a draft waits, or there is
            too little.
    """
    if merchant.is_suspended:
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


@transaction.atomic
def approve(settlement_id: int, *, seen: int, at: datetime, by: User) -> Settlement:
    """Make a draft final: its lines and its total never change, and its payout is queued.

    Args:
        seen: the total that was shown, in minor units.

    Raises:
        NotPossible: something was refunded, released or stopped since; the draft has the new sum.
        StaleState: somebody else was faster.
    """
    row = _locked(settlement_id)
    merchant = row.merchant
    row.claimed.all().delete()
    entries = _entries(merchant, row.currency, row.cut_off)
    sums = _sums(merchant, row.currency, entries)
    method = current_method(merchant, at=at)
    if merchant.is_suspended:
        raise NotPossible(f"{merchant.name} is suspended: nothing is paid to it.")
    if method is None:
        raise NotPossible(f"{merchant.name} has no account that can be used now.")
    if sums.total != seen or sums.total <= 0:
        raise ChangedSum(written(sums.total, row.currency, "en"))
    _write_sums(row, sums)
    _claim(row, entries)
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


class ChangedSum(NotPossible):
    """A draft comes to another sum than was shown."""

    def __init__(self, now: str) -> None:
        super().__init__(f"It comes to {now} now. Draft it anew, and look again.")


@transaction.atomic
def void(settlement_id: int, *, reason: str, at: datetime, by: User) -> None:
    """Drop a draft: its entries are free for the next one.

    Raises:
        NotPossible: there is no reason.
        StaleState: it is final.
    """
    if not reason.strip():
        raise NotPossible("Say why: whoever looks next reads it.")
    row = _locked(settlement_id)
    row.claimed.all().delete()
    row.move_to(State.VOID)
    note(row, "void", at=at, by=by, festival=None, reason=reason.strip()[:300])


def least_for(method: PayoutMethod) -> int:
    """Return the least that is paid to an account, minor units; what is older is paid anyway."""
    if method.is_remote:
        return LEAST_BY_PROVIDER[PayoutMethod.Way(method.way)]
    return LEAST[PayoutMethod.Rail(method.rail)]


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
            books.post_reserve_released(row.merchant, row.reserved, **facts)

    return each("release reserves", rows.select_related("merchant"), one, at=at)


def _owed() -> list[tuple[Merchant, str]]:
    """Return the stores of which entries stand on no settlement yet, by currency."""
    open_ones = LedgerEntry.objects.filter(account=Account.PAYABLE, settlement_line=None)
    open_ones = open_ones.exclude(transaction__kind__in=OF_PAYOUTS)
    open_ones = open_ones.exclude(merchant__state=Merchant.State.SUSPENDED)
    pairs = open_ones.order_by("merchant", "currency").values_list("merchant", "currency")
    found = list(pairs.distinct())
    stores = Merchant.objects.in_bulk({pk for pk, _currency in found if pk})
    return [(stores[pk], currency) for pk, currency in found if pk]


def _entries(merchant: Merchant, currency: str, cut_off: datetime) -> list[LedgerEntry]:
    rows = claimable(merchant, currency, cut_off=cut_off)
    beside = rows.select_related("transaction__order", "suborder")
    return list(beside.prefetch_related("suborder__lines"))


def _sums(merchant: Merchant, currency: str, entries: list[LedgerEntry]) -> SettledSums:
    earned = -sum(entry.amount for entry in entries)
    owes = balance(Account.RECEIVABLE, currency, merchant=merchant)
    netted = min(owes, max(0, earned))
    # What was kept before and is released now is not kept again.
    sold = -sum(entry.amount for entry in entries if entry.suborder_id)
    reserved = max(0, sold - netted) * merchant.reserve_bp // 10_000
    return SettledSums(earned, netted, reserved)


def _is_enough(
    sums: SettledSums, entries: list[LedgerEntry], method: PayoutMethod | None, *, at: datetime
) -> bool:
    if method is None:
        return False
    oldest = min(entry.transaction.at for entry in entries)
    return sums.total >= least_for(method) or oldest <= at - LONGEST_WAIT


def _charge_tariff(merchant: Merchant, currency: str, *, number: int, cut_off: datetime) -> bool:
    """Book what a store bears of its next payout, once: that of a dropped draft still counts."""
    tariff, kind = merchant.payout_tariff, LedgerTransaction.Kind.PAYOUT_TARIFF
    waiting = unclaimed(merchant, currency).filter(transaction__kind=kind)
    if not tariff or currency != settings.SHOP_CURRENCY or waiting.exists():
        return False
    at = cut_off - timedelta(seconds=1)  # so that this cut-off claims it
    facts = EventFacts(reference=f"{merchant.pk}-{number}", currency=currency, at=at)
    books.post_payout_tariff(merchant, tariff, **facts)
    return True


def _write_sums(row: Settlement, sums: SettledSums) -> None:
    row.earned, row.netted = sums.earned, sums.netted
    row.reserved, row.total = sums.reserved, sums.total
    row.save()


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
        books.post_netted(row.merchant, row.netted, **facts),
        books.post_reserve_held(row.merchant, row.reserved, **facts),
    ]
    if row.total < 0:
        booked.append(books.post_carried(row.merchant, -row.total, **facts))
    own = [one.pk for one in booked if one]
    entries = LedgerEntry.objects.filter(transaction__in=own, account=Account.PAYABLE)
    _claim(row, list(entries))


def _locked(settlement_id: int) -> Settlement:
    """Return a draft, locked with its store and the parts of orders that it may claim."""
    known = Settlement.objects.get(pk=settlement_id)
    parts = Suborder.objects.filter(merchant=known.merchant_id, release_at__lte=known.cut_off)
    lock(parts.filter(settled_at=None))
    merchant = lock_one(Merchant.objects, known.merchant_id)
    row = lock_one(Settlement.objects, settlement_id)
    row.merchant = merchant
    if row.state != State.DRAFT:
        raise NotPossible("It is final already, or was dropped.")
    return row


def claimed_sum(row: Settlement) -> int:
    """Return what the claimed entries come to: the total, or zero where it is carried."""
    return row.claimed.aggregate(sum=Sum("amount"))["sum"] or 0
