"""A season: three festivals, stores that are paid each week, and all that befalls their orders."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from django.db import transaction
from django.test import Client

from shop.catalogue.models import Variant
from shop.festivals.models import Fund
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.operations import check_pending, run_operations
from shop.money.payments.webhooks import handle_waiting
from shop.money.returns.overdue import look_at_returns
from shop.money.settlements import make as settlements
from shop.money.settlements import payouts
from shop.money.settlements.commission import make_bills
from shop.money.settlements.methods import trust_again
from shop.money.settlements.models import Payout, Settlement
from shop.money.settlements.proofs import BankProof, prove
from shop.money.settlements.remote.transfers import send_transfers, take_back_refunded
from shop.orders.after_sale.arrive import take_as_arrived
from shop.orders.documents.missing import make_missing
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import begin, deliver, set_clocks
from tests.season.fates import FATES, Story
from tests.shop.checkout.steps import buy
from tests.shop.money.settlements.earned import account
from tests.shop.money.settlements.remote.owned import account as own_account

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STORES, KINDS, LENGTH, APART = 8, 3, 5, 30
OWN = (2, 5)
"""Stores that the provider pays on their own accounts; files for the bank pay the others."""
AFTER = 300
"""Days after the last festival: what is little waits for 90, is kept for 60, waits for 90 again."""
CALM = 240
"""Days before the end in which the bank pays all: what comes back begins to wait anew."""


class Season:
    """Its stores, its goods, and the day that it is."""

    def __init__(self, sandbox: Any, clock_at: Callable[[datetime], None], *, seed: int) -> None:
        """Open three festivals, thirty days apart, with deals, a sponsor and a benefit."""
        self.sandbox, self.clock_at, self.chance = sandbox, clock_at, Random(seed)
        self.at, self.told, self._n = NOON, Counter[str](), count()
        self.calm = NOON
        self._stories: list[tuple[datetime, int, Story]] = []
        self.people = (make.user(), make.user())
        self._dawn()
        make.delivery(7_01)
        make.origin()
        self.stores = [
            make.merchant(commission_bp=500 + 100 * n, reserve_bp=1_000 * (n % 2),
                          country="FR" if n in OWN else "KE")
            for n in range(STORES)
        ]  # fmt: skip
        for n, merchant in enumerate(self.stores):
            if n in OWN:
                own_account(sandbox, merchant)
            else:
                account(merchant, rail="bank", account=f"01100927744{n:02}")
        self.goods = [self._offered(n) for n in range(STORES * KINDS)]
        self.opens = [NOON + n * APART * DAY for n in range(3)]
        for start in self.opens:
            self._festival(start)

    def play(self, *, web: int, plain: int, say: Callable[[str], object]) -> None:
        """Let so many orders be bought, through pages and through use cases, and live on.

        Args:
            say: is told how far the season is, on days of sale and of settlements.
        """
        days = [start + n * DAY for start in self.opens for n in range(LENGTH)]
        kinds = [self._buy_by_pages] * web + [self._buy] * plain
        self.chance.shuffle(kinds)
        wanted = Counter(self.chance.choice(days) for _kind in kinds)
        waiting, last = iter(kinds), days[-1] + AFTER * DAY
        self.calm = last - CALM * DAY
        while self.at < last:
            for _turn in range(wanted[self.at]):
                self._dawn()  # the provider's clock runs on: to it a long day would be a late hour
                self._begin(next(waiting)())
            self._go_on()
            self._night()
            if wanted[self.at] or self.at.weekday() == 0:
                orders, live = Order.objects.count(), len(self._stories)
                say(f"{self.at:%d %B %Y}: {orders} orders, {live} live")
            self.at += self._until_next(wanted) * DAY
            self._dawn()

    def _until_next(self, wanted: Counter[datetime]) -> int:
        """Return days until something happens: a sale, a story, or the Monday of settlements."""
        ahead = next(n for n in range(1, 8) if (self.at + n * DAY).weekday() == 0)
        busy = [n for n in range(1, ahead) if wanted[self.at + n * DAY]]
        if self._stories:
            busy.append(max(1, (self._stories[0][0] - self.at).days))
        return min([ahead, *busy])

    def _dawn(self) -> None:
        set_clocks(self.sandbox, self.at)
        self.clock_at(self.at)

    def _offered(self, n: int) -> Variant:
        of = make.product(of=self.stores[n % STORES])
        return make.variant(_price(n), on_hand=1_000_000, of=of)

    def _festival(self, start: datetime) -> None:
        ends = start + LENGTH * DAY
        made = make.festival(starts_at=start - HOUR, ends_at=ends, commission_bp=800)
        fund = Fund.objects.create(festival=made, sponsor="Chamber", amount=10**11)
        for n, row in list(enumerate(self.goods))[::2]:
            make.deal(row, during=made, price=_price(n) * 3 // 4, subsidy=50, fund=fund,
                      allotment=300_000)  # fmt: skip
        make.promotion(made, group="save", value=3_00, min_spend=20_00, organizer_share=50)

    def _wanted(self) -> dict[Variant, int]:
        chosen = self.chance.sample(self.goods, self.chance.randint(1, 3))
        return {row: self.chance.randint(1, 3) for row in chosen}

    def _buy(self) -> Order:
        payment = begin(make.cart(self._wanted(), at=self.at), at=self.at)
        self.sandbox.pay(payment.session_id)
        deliver(self.sandbox)
        return Order.objects.get(pk=payment.order_id)

    def _buy_by_pages(self) -> Order:
        n = next(self._n)
        own = {"Sec-Fetch-Site": "same-origin"}
        browser = Client(REMOTE_ADDR=f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}", headers=own)
        order = buy(browser, self.sandbox, self._wanted(), email=f"shopper{n}@example.org")
        deliver(self.sandbox)
        return order

    def _begin(self, order: Order) -> None:
        (fate,) = self.chance.choices(list(FATES), weights=list(FATES.values()))
        self.told[fate.__name__] += 1
        self._wait(fate(self, order), 0)

    def _wait(self, story: Story, days: int) -> None:
        heapq.heappush(self._stories, (self.at + days * DAY, next(self._n), story))

    def _go_on(self) -> None:
        """Let each story whose day has come go on until it waits again."""
        while self._stories and self._stories[0][0] <= self.at:
            _day, _n, story = heapq.heappop(self._stories)
            days = next(story, None)
            deliver(self.sandbox)
            if days is not None:
                self._wait(story, days)

    def _night(self) -> None:
        """Do what the beat does, and once a week pay stores."""
        all_day(run_operations, at=self.at)
        all_day(check_pending, at=self.at + 2 * HOUR)
        deliver(self.sandbox)
        all_day(handle_waiting, at=self.at)
        all_day(take_as_arrived, at=self.at)
        look_at_returns(at=self.at)
        make_missing(at=self.at)
        make_bills(at=self.at)
        settlements.release_reserves(at=self.at)
        payouts.queue_what_waits(at=self.at)
        all_day(send_transfers, at=self.at)
        all_day(take_back_refunded, at=self.at)
        all_day(send_transfers, at=self.at + HOUR)
        self._bank_answers()
        if self.at.weekday() == 0:
            self._settle()

    def _comes_back(self, row: Payout) -> Story:
        payouts.came_back(row.pk, row.amount - 1, reason="Closed", at=self.at, by=self.people[0])
        self.told["came back"] += 1
        yield 0

    def _settle(self) -> None:
        settlements.make_drafts(at=self.at)
        for row in Settlement.objects.filter(state=Settlement.State.DRAFT).order_by("pk"):
            settlements.approve(row.pk, seen=row.total, at=self.at, by=self.people[0])
        queued = payouts.by_hand(Payout.objects)
        if ids := list(queued.order_by("pk").values_list("pk", flat=True)):
            made = payouts.make_batch(ids, "statement_csv", at=self.at, by=self.people[0])
            payouts.export(made.pk, at=self.at, by=self.people[1])

    def _bank_answers(self) -> None:
        """Let the bank pay what is in files, refuse some of it, and return some later."""
        by = self.people[0]
        for row in Payout.objects.filter(state=Payout.State.EXPORTED).order_by("pk"):
            if self.chance.random() < 0.05 and self.at < self.calm:
                payouts.fail(row.pk, reason="No such account", at=self.at, by=by)
                self.told["failed"] += 1
            else:
                proof = BankProof(f"FT{row.pk}", self.at.date(), row.amount, fee=1_20)
                prove(row.pk, proof, at=self.at, by=by)
                self.told["paid out"] += 1
                if self.chance.random() < 0.04 and self.at < self.calm:
                    self._wait(self._comes_back(row), 12)
        for task in MoneyTask.objects.filter(kind="payout_back", state="open").order_by("pk"):
            with transaction.atomic():
                gate.close(task, TaskOutcome.TRUSTED, reason="Right", at=self.at, by=by)
                method = Payout.objects.get(pk=task.about.rpartition("-")[2]).method_id
                trust_again(method, reason="Right", at=self.at, by=by)


def all_day(work: Callable[..., int], *, at: datetime) -> None:
    """Go round as the beat does the whole day: one round takes a batch of what waits."""
    for _round in range(1_000):
        if not work(at=at):
            return


def _price(n: int) -> int:
    return 900 + 377 * n
