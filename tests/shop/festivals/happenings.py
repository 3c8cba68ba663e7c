"""What may happen in a world of festivals, one thing at a time, and what must hold after each."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction

from shop.core.errors import NotPossible, ShopError
from shop.festivals.deals import void
from shop.festivals.deals.actions import pause_deal, raise_allotment, resume_deal
from shop.festivals.models import Deal, Nomination, Slot
from shop.festivals.nominations import approve
from shop.festivals.prices import regular
from shop.festivals.promotions import sponsors
from shop.festivals.schedule import stop
from shop.money.ledger.balances import unbalanced
from shop.money.ledger.posting import refunds, sales
from shop.orders import end
from shop.orders.models import Order, OrderLine, Refund
from shop.orders.reconcile import differences
from shop.orders.refund import record, refunded
from shop.people.accounts.models import User
from tests import make
from tests.agreeing import extend_agreed
from tests.shop.festivals.world import World
from tests.truth import fence_differences, span_differences

# Each row is something that may never be.
NEVER = {
    "a pool gives more than is there": """
        SELECT id FROM shop_pool WHERE held < 0 OR sold < 0 OR held + sold > on_hand""",
    "a deal gives more than was set aside": """
        SELECT id FROM shop_deal
        WHERE held < 0 OR sold < 0 OR held + sold > coalesce(allotment, held + sold)""",
    "a shopper has more than the limit": """
        SELECT u.id FROM shop_dealusage u JOIN shop_deal d ON d.id = u.deal_id
        WHERE u.held < 0 OR u.sold < 0 OR u.held + u.sold > coalesce(d.per_shopper, 1000000)""",
    "a benefit gives more than it has": """
        SELECT id FROM shop_promotion
        WHERE held_uses < 0 OR used < 0 OR held_amount < 0 OR spent < 0
           OR held_uses + used > coalesce(max_uses, held_uses + used)
           OR held_amount + spent > coalesce(budget, held_amount + spent)""",
    "a sponsor gives more than was promised, or promises more than there is": """
        SELECT f.id FROM shop_fund f WHERE f.committed > f.amount OR f.committed < coalesce((
          SELECT sum(l.subsidy * (l.quantity - coalesce(b.back, 0)) / l.quantity)
          FROM shop_orderline l JOIN shop_order o ON o.id = l.order_id
          LEFT JOIN (SELECT line_id, sum(quantity) back FROM shop_refundline GROUP BY 1) b
            ON b.line_id = l.id
          WHERE l.fund_id = f.id AND o.state IN ('paid', 'pending')), 0) + coalesce((
          SELECT sum(d.organizer_part) FROM shop_discount d JOIN shop_order o ON o.id = d.order_id
          WHERE d.fund_id = f.id AND o.state IN ('paid', 'pending')), 0)""",
    "units of a pool are sold twice": """
        SELECT p.id FROM shop_pool p JOIN (
          SELECT l.pool_id, sum(l.pool_units / l.quantity * (l.quantity - coalesce(b.back, 0))) n
          FROM shop_orderline l JOIN shop_order o ON o.id = l.order_id
          LEFT JOIN (SELECT line_id, sum(quantity) back FROM shop_refundline GROUP BY 1) b
            ON b.line_id = l.id
          WHERE o.state IN ('paid', 'pending') GROUP BY 1) s ON s.pool_id = p.id
        WHERE s.n > p.on_hand""",
    "a discount is paid by nobody, or twice": """
        SELECT id FROM shop_discount WHERE amount <> organizer_part + merchant_part""",
    "a line's parts do not add up": """
        SELECT l.id FROM shop_orderline l LEFT JOIN (
          SELECT line_id, sum(amount) taken, sum(organizer_part) given
          FROM shop_discount GROUP BY 1) d ON d.line_id = l.id
        WHERE l.paid <> l.price * l.quantity - coalesce(d.taken, 0)
           OR l.funded <> l.subsidy + coalesce(d.given, 0)""",
    "an order is not the sum of its parts": """
        SELECT o.id FROM shop_order o
        WHERE o.total <> (SELECT sum(paid) FROM shop_orderline WHERE order_id = o.id)
                       + (SELECT sum(delivery_paid) FROM shop_suborder WHERE order_id = o.id)""",
    "who pays and who gets differ": """
        SELECT o.id FROM shop_order o JOIN shop_suborder s ON s.order_id = o.id
        GROUP BY o.id HAVING o.total + sum(s.delivery_funded)
          + (SELECT sum(funded) FROM shop_orderline WHERE order_id = o.id)
          <> sum(s.payout + s.commission + s.delivery_paid + s.delivery_funded)""",
}
PAST = """
SELECT md5(string_agg(row::text, ',' ORDER BY row)) FROM (
  SELECT (variant_id, starts_at, least(ends_at, %(at)s), price, deal_id, prior_price)::text AS row
  FROM shop_pricespan WHERE starts_at < %(at)s) AS spans
"""


@dataclass
class Play:
    """A run of random events; ``wrong`` says what did not hold, and after what."""

    world: World
    dice: random.Random
    at: datetime
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    people: list[User] = field(default_factory=list)

    def step(self) -> None:
        """Let one thing happen, or be refused, and look at everything."""
        self.at += timedelta(seconds=self.dice.randrange(1, 6_000))
        name = self.dice.choices(list(EVENTS), WEIGHTS)[0]
        was = past(self.at)
        touched: list[int] = []
        try:
            with transaction.atomic():
                touched = EVENTS[name](self) or []
            self.done[name] += 1
        except ShopError as refusal:
            self.refused[f"{name}: {type(refusal).__name__}"] += 1
        self.wrong += [f"{name} at {self.at}: {what}" for what in self._broken(was, touched)]

    def _broken(self, was: str, touched: list[int]) -> list[str]:
        found = [what for what, statement in NEVER.items() if _rows(statement)]
        found += [str(row) for row in differences()]
        found += [f"{row} does not balance" for row in unbalanced()]
        if past(self.at) != was:
            found.append("past spans changed")
        some = {v.product_id for v in self.dice.sample(self.world.variants, 2)}
        later = [self.at + timedelta(minutes=self.dice.randrange(40_000)) for _ in range(3)]
        near = sorted(some | set(touched))
        found += fence_differences(near, [self.at, later[0]])
        return found + span_differences(near, [self.at, *later])

    def a_deal(self, **facts: str) -> Deal:
        """Return some deal that has not ended."""
        ids = Deal.objects.filter(effective_to__gt=self.at, **facts).values_list("pk", flat=True)
        if not ids:
            raise NotPossible
        rows = Deal.objects.select_related("variant", "slot__festival")
        return rows.get(pk=self.dice.choice(sorted(ids)))

    def a_slot(self, **facts: str) -> Slot:
        """Return some slot that runs."""
        rows = Slot.objects.filter(starts_at__lte=self.at, ends_at__gt=self.at, **facts)
        if not rows:
            raise NotPossible
        return self.dice.choice(sorted(rows, key=lambda slot: slot.pk))

    def an_order(self, state: str) -> Order:
        """Return some order of a state."""
        ids = Order.objects.filter(state=state).values_list("pk", flat=True)
        if not ids:
            raise NotPossible
        return Order.objects.get(pk=self.dice.choice(sorted(ids)))


def past(at: datetime) -> str:
    """Return a digest of all that was public before an instant."""
    return _rows(PAST, {"at": at})[0][0]


def _rows(statement: str, facts: dict | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, facts)
        return cursor.fetchall()


def _approve(play: Play) -> list[int]:
    waiting = Nomination.objects.filter(state="submitted").values_list("pk", flat=True)
    if not waiting:
        raise NotPossible
    nomination = Nomination.objects.get(pk=play.dice.choice(sorted(waiting)))
    approve.approve(nomination, at=play.at)
    return [nomination.product_id]


def _hold(play: Play) -> None:
    live = Deal.objects.filter(effective_from__lte=play.at, effective_to__gt=play.at)
    ids = sorted(live.values_list("variant_id", flat=True))
    some = set(play.dice.sample(ids, min(len(ids), play.dice.randrange(1, 4))))
    some |= {play.dice.choice(play.world.variants).pk} if play.dice.random() < 0.3 else set()
    variants = [v for v in play.world.variants if v.pk in some]
    wanted = {variant: play.dice.randrange(1, 5) for variant in variants}
    who = make.shopper(play.dice.choice(play.people)) if play.dice.random() < 0.4 else None
    if who and Order.objects.filter(state="pending", user=who.user).exists():
        raise NotPossible  # that one pays or lets go first
    make.order(wanted, at=play.at, of=who)


def _pay(play: Play) -> list[int]:
    order = play.an_order("pending")
    end.mark_paid(end.lock(order.pk), at=play.at)
    order.refresh_from_db()
    sales.post_sale(order, at=play.at)
    return list(order.lines.values_list("product_id", flat=True))


def _expire(play: Play) -> None:
    end.expire(end.lock(play.an_order("pending").pk), at=play.at)


def _refund(play: Play) -> None:
    order = end.lock(play.an_order("paid").pk)
    lines: list[OrderLine] = list(order.lines.all())
    line = play.dice.choice(lines)
    left = line.quantity - refunded([line]).get(line.pk, 0)
    if not left:
        raise NotPossible
    units = play.dice.randrange(1, left + 1)
    cause = Refund.Cause.WRONG_PRICE
    refund = record(order, {line: units}, cause=cause, at=play.at)
    refunds.post_refund(refund, at=play.at)


def _extend(play: Play) -> list[int]:
    slot = play.a_slot()
    ends_at = slot.ends_at + timedelta(hours=play.dice.randrange(1, 9))
    extend_agreed(slot, ends_at, at=play.at)
    return _some_of(slot)


def _stop(play: Play) -> list[int]:
    # Of whole festivals few, since half of the world would be over.
    slot = play.a_slot(kind="whole" if play.dice.random() < 0.2 else "flash")
    stop.stop_slot(slot, at=play.at, reason="The power is out")
    return _some_of(slot)


def _reckon(play: Play) -> None:
    sponsors.reckon_all(at=play.at)


def _some_of(slot: object) -> list[int]:
    return list(slot.deals.values_list("variant__product_id", flat=True)[:5])


def _deal_event(act: Callable[[Deal, Play], object], **facts: str) -> Callable[[Play], list[int]]:
    def event(play: Play) -> list[int]:
        deal = play.a_deal(**facts)
        act(deal, play)
        return [deal.variant.product_id]

    return event


def _reprice(play: Play) -> list[int]:
    variant = play.dice.choice(play.world.variants)
    later = play.at + timedelta(hours=play.dice.randrange(1, 80))
    starts_at = later if play.dice.random() < 0.3 else None
    amount = play.dice.randrange(4_00, 60_00)
    regular.change_prices({variant.pk: amount}, at=play.at, starts_at=starts_at)
    return [variant.product_id]


EVENTS: dict[str, Callable[[Play], list[int] | None]] = {
    "approve": _approve,
    "hold": _hold,
    "pay": _pay,
    "expire": _expire,
    "refund": _refund,
    "extend": _extend,
    "stop": _stop,
    "reprice": _reprice,
    "reckon": _reckon,
    "pause": _deal_event(lambda deal, play: pause_deal(deal, at=play.at)),
    "resume": _deal_event(lambda deal, play: resume_deal(deal, at=play.at), state="paused"),
    "raise": _deal_event(
        lambda deal, play: raise_allotment(
            deal, (deal.allotment or 0) + play.dice.randrange(1, 4), at=play.at
        )
    ),
    "void": _deal_event(lambda deal, play: void.end_price(deal, reason="Zero", at=play.at)),
}
WEIGHTS = [14, 40, 24, 8, 8, 3, 6, 8, 6, 8, 8, 8, 2]
