"""Random things that organizers, merchants and shoppers do to prices, and what they must leave."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction

from shop.core.errors import NotPossible, ShopError
from shop.festivals.deals.actions import pause_deal, raise_allotment, resume_deal
from shop.festivals.models import Closure, Deal
from shop.festivals.prices import regular
from shop.festivals.schedule.extend import extend_slot
from tests import make
from tests.agreeing import agree_to
from tests.buying import pay
from tests.truth import Facts, past

TICK = timedelta(microseconds=1)


@dataclass
class History:
    """What was edited when, and what was public before each edit."""

    done: Counter[str] = field(default_factory=Counter)
    instants: list[datetime] = field(default_factory=list)
    before: list[tuple[list[int], datetime, dict[tuple, Facts]]] = field(default_factory=list)

    @property
    def edges(self) -> list[datetime]:
        """Return the instants of all edits, and the last one before each."""
        return [at - early for at in self.instants for early in (TICK, timedelta())]

    def products(self) -> list[int]:
        """Return the products that were edited."""
        return sorted({pk for products, _at, _was in self.before for pk in products})

    def rewritten(self) -> list[datetime]:
        """Return the edits that, or after which others, changed what had been public before."""
        return [at for products, at, was in self.before if past(products, at) != was]


def edit_often(times: int, *, after: datetime, minutes: int, dice: random.Random) -> History:
    """Make so many edits that are allowed, up to these minutes apart."""
    history, at = History(), after
    deals = list(Deal.objects.order_by("pk").values_list("pk", flat=True))
    while history.done.total() < times:
        at += timedelta(minutes=dice.randrange(1, minutes))
        name = dice.choices(list(EDITS), WEIGHTS)[0]
        deal = _deal(dice.choice(_paused(deals) if name == "resume" else deals))
        products = _touched(name, deal)
        was = past(products, at)
        if _try(name, deal, dice, at):
            history.done[name] += 1
            history.instants.append(at)
            history.before.append((products, at, was))
    return history


def _deal(pk: int) -> Deal:
    return Deal.objects.select_related("variant", "slot__festival").get(pk=pk)


def _paused(deals: list[int]) -> list[int]:
    """Return the deals that can be resumed, or all where none was paused: of 1,000 few are."""
    paused = Closure.objects.filter(reason=Closure.Reason.PAUSED, ends_at=None)
    return list(paused.order_by("pk").values_list("deal", flat=True)) or deals


def _touched(name: str, deal: Deal) -> list[int]:
    if name not in ("extension", "agreement"):
        return [deal.variant.product_id]
    return list(deal.slot.deals.values_list("variant__product", flat=True).distinct())


def _try(name: str, deal: Deal, dice: random.Random, at: datetime) -> bool:
    """Make an edit; False when it is refused, which is a part of life."""
    try:
        with transaction.atomic():
            EDITS[name](deal, dice, at)
    except ShopError:
        return False
    return True


def _price(deal: Deal, dice: random.Random, at: datetime) -> None:
    later = at + timedelta(hours=dice.randrange(1, 80)) if dice.random() < 0.3 else None
    regular.change_prices({deal.variant_id: dice.randrange(4_00, 90_00)}, at=at, starts_at=later)


def _extend(deal: Deal, dice: random.Random, at: datetime) -> None:
    ends_at = deal.slot.ends_at + timedelta(hours=dice.randrange(1, 9))
    extend_slot(deal.slot, ends_at, at=at, reason="Rain")


def _agree(deal: Deal, _dice: random.Random, at: datetime) -> None:
    if not agree_to(deal, at=at):
        raise NotPossible


def _sell_out(deal: Deal, _dice: random.Random, at: datetime) -> None:
    if deal.allotment is None or deal.per_shopper or deal.allotment <= deal.sold:
        raise NotPossible
    pay(make.order({deal.variant: deal.allotment - deal.sold}, at=at), at=at)
    if not deal.closures.filter(reason=Closure.Reason.SOLD_OUT, ends_at=None).exists():
        raise NotPossible  # it was not open, so others were sold


def _raise(deal: Deal, dice: random.Random, at: datetime) -> None:
    raise_allotment(deal, (deal.allotment or 0) + dice.randrange(1, 4), at=at)


EDITS = {
    "price": _price,
    "pause": lambda deal, _dice, at: pause_deal(deal, at=at),
    "resume": lambda deal, _dice, at: resume_deal(deal, at=at),
    "extension": _extend,
    "agreement": _agree,
    "sold out": _sell_out,
    "raise": _raise,
}
WEIGHTS = [30, 25, 40, 4, 10, 30, 15]
