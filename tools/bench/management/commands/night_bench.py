import json
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction

from shop.catalogue.delivery.models import Contact
from shop.core import clock
from shop.core.jobs.models import Mishap
from shop.core.jobs.pace import limited
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.months import closing
from shop.money.payments.models import Payment
from shop.orders.models import Order
from shop.people.merchants.models import Merchant
from shop.reports.reconciliation.models import Night
from shop.reports.reconciliation.night import run_night
from tools.bench.work.provider import AMOUNT

BATCH = 5_000
COMMISSION = AMOUNT // 10
A_DAY = timedelta(days=1)


class Command(BaseCommand):
    """Makes paid orders; or plays two nights over them, in a process that has made none."""

    help = "Make so many paid orders, or play two nights and print a line of JSON for each."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take how many charges there are, if they are to be made."""
        parser.add_argument("--fill", type=int, default=0)

    def handle(self, *, fill: int, **options: Any) -> None:
        """Make the rows, or play the nights: one with new lines alone, one with none."""
        at = clock.now()
        if fill:
            _fill(fill, at=at)
            return
        self._play("every line is new", at=at)
        self._play("no line is new", at=at + A_DAY)
        began = time.perf_counter()
        closing(at.date().replace(day=1))
        self._tell("closing of the month", time.perf_counter() - began, {})

    def _play(self, name: str, *, at: datetime) -> None:
        _forget_peak()
        began, rounds = time.perf_counter(), 0
        with connection.execute_wrapper(_counting(counts := [0])):
            while True:
                rounds += 1
                with limited(60):  # as the beat does
                    if run_night(at=at):
                        break
        night = Night.objects.latest("started_at")
        seconds = time.perf_counter() - began
        facts = {
            "rounds": rounds,
            "statements": counts[0],
            "counts": night.counts,
            "mishaps": Mishap.objects.count(),
        }
        self._tell(name, seconds, facts)

    def _tell(self, name: str, seconds: float, facts: dict[str, Any]) -> None:
        said = {"name": name, "seconds": round(seconds, 1), "peak MB": _peak(), **facts}
        self.stdout.write(json.dumps(said))
        self.stdout.flush()


def _forget_peak() -> None:
    """Let the most memory be that of what follows, where Linux can."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    """Return the most memory of this process since then, in megabytes; 0 where nobody says it."""
    with suppress(OSError):
        for said in Path("/proc/self/status").read_text().splitlines():
            if said.startswith("VmHWM:"):
                return int(said.split()[1]) // 1024
    return 0


def _counting(counts: list[int]) -> Any:
    def count(execute: Any, *asked: Any) -> Any:
        counts[0] += 1
        return execute(*asked)

    return count


def _fill(lines: int, *, at: datetime) -> None:
    contact = Contact.objects.create(
        email="bench@example.org", name="Bench", country="KE", made_at=at
    )
    store = Merchant.objects.create(
        name="Bench", slug="bench", kind="goods", country="KE", colours=[], created_at=at
    )
    for numbers in batched(range(lines), BATCH):
        _sell(numbers, contact, store, at=at)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@transaction.atomic
def _sell(numbers: tuple[int, ...], contact: Contact, store: Merchant, *, at: datetime) -> None:
    orders = Order.objects.bulk_create(_orders(numbers, contact, at=at - A_DAY))
    Payment.objects.bulk_create(
        Payment(
            order=order, state=Payment.State.PAID, amount=AMOUNT, currency="USD", request={},
            session_ends_at=at, made_at=order.paid_at, charge_id=f"ch_{number}",
        )
        for number, order in zip(numbers, orders, strict=True)
    )  # fmt: skip
    booked = LedgerTransaction.objects.bulk_create(
        LedgerTransaction(reference=f"sale-{order.pk}", kind="sale", order=order, at=order.paid_at)
        for order in orders
    )
    LedgerEntry.objects.bulk_create(entry for one in booked for entry in _entries(one, store))


def _orders(numbers: tuple[int, ...], contact: Contact, *, at: datetime) -> Iterator[Order]:
    for number in numbers:
        yield Order(
            state=Order.State.PAID, shopper_key=f"c{number}", contact=contact, email_key="e",
            network_key="n", currency="USD", goods=AMOUNT, total=AMOUNT, digest="d", wish="w",
            placed_at=at, pay_by=at, paid_at=at,
        )  # fmt: skip


def _entries(one: LedgerTransaction, store: Merchant) -> Iterator[LedgerEntry]:
    rows = (("provider", AMOUNT, None), ("payable", COMMISSION - AMOUNT, store),
            ("commission", -COMMISSION, store))  # fmt: skip
    for account, amount, merchant in rows:
        yield LedgerEntry(
            transaction=one, account=account, amount=amount, currency="USD", merchant=merchant
        )
