"""Late money for a promised price: what was paused or ended meanwhile does not refuse it."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import Unavailable
from shop.festivals.deals.actions import pause_deal
from shop.festivals.models import Claim, Fund, Promotion
from shop.festivals.promotions import manage
from shop.festivals.schedule import stop
from shop.orders.models import Order
from shop.orders.reconcile import differences
from tests import make
from tests.buying import expire, pay
from tests.make import NOON

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATE = NOON + 2 * HOUR


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def kettle(festival):
    made = make.variant(20_00, on_hand=10)
    make.deal(made, during=festival, price=15_00, allotment=6)
    return made


def lapsed(wanted, **facts):
    """Return an order whose time ran out."""
    order = make.order(wanted, **facts)
    expire(order, at=NOON + HOUR)
    order.refresh_from_db()
    return order


def paid_late(order):
    pay(order, at=LATE)
    order.refresh_from_db()
    return order.state == Order.State.PAID and differences() == []


@pytest.mark.parametrize("end", [manage.pause, manage.end_early], ids=["paused", "ended"])
def test_a_benefit_that_was_paused_or_ended_is_given_to_late_money(festival, kettle, end):
    save = make.promotion(festival, value=5_00, budget=20_00, max_uses=3)
    order = lapsed({kettle: 2})
    end(save, at=NOON + HOUR, reason="A slip")

    assert paid_late(order)

    save.refresh_from_db()
    assert (order.total, save.used, save.spent) == (25_00, 1, 5_00)


def test_a_voucher_whose_promotion_was_paused_is_given_to_late_money(festival, kettle):
    ada = make.user()
    voucher = make.promotion(festival, group="voucher", trigger="claim", value=5_00)
    Claim.objects.create(promotion=voucher, shopper=ada, claimed_at=NOON)
    who = make.cart({kettle: 1}, of=make.shopper(ada))
    order = lapsed({}, of=who)
    manage.pause(voucher, at=NOON + HOUR, reason="A slip")

    assert paid_late(order)

    assert (order.total, Claim.objects.get().state) == (10_00, "used")


@pytest.mark.parametrize("end", [
    lambda deal: pause_deal(deal, at=NOON + HOUR),
    lambda deal: stop.stop_deal(deal, at=NOON + HOUR, reason="Moths"),
], ids=["paused", "stopped"])  # fmt: skip
def test_a_deal_that_was_paused_or_stopped_gives_its_price_to_late_money(kettle, end):
    order = lapsed({kettle: 2})
    deal = kettle.deals.get()
    end(deal)

    assert paid_late(order)

    deal.refresh_from_db()
    assert (order.total, deal.sold, Pool.objects.get().sold) == (30_00, 2, 2)


@pytest.mark.parametrize("limit", [{"max_uses": 1}, {"budget": 5_00}], ids=["uses", "budget"])
def test_limits_bind_late_money_also_while_a_benefit_is_paused(festival, kettle, limit):
    save = make.promotion(festival, value=5_00, **limit)
    order = lapsed({kettle: 1})
    pay(make.order({kettle: 1}, at=NOON + HOUR), at=NOON + HOUR)  # somebody else was there
    manage.pause(save, at=NOON + HOUR, reason="A slip")

    with pytest.raises(Unavailable):
        pay(order, at=LATE)

    assert differences() == []


def test_what_a_sponsor_promised_elsewhere_since_binds_late_money(festival, kettle):
    fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=5_00)
    facts = {"value": 5_00, "budget": 5_00, "organizer_share": 100, "fund": fund}
    save = make.promotion(festival, state="draft", **facts)
    manage.activate(save, at=NOON)
    order = lapsed({kettle: 1})
    manage.end_early(save, at=NOON + HOUR, reason="A slip")
    other = make.promotion(festival, state="draft", group="voucher", **facts)
    manage.activate(other, at=NOON + HOUR)

    with pytest.raises(Unavailable):
        pay(order, at=LATE)

    assert Promotion.objects.get(pk=save.pk).used == 0


def test_a_new_order_does_not_get_a_paused_benefit(festival, kettle):
    save = make.promotion(festival, value=5_00)
    manage.pause(save, at=NOON, reason="A slip")

    assert make.order({kettle: 1}, at=NOON + HOUR).total == 15_00
