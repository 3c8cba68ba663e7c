"""Each limit stands in the UPDATE that moves its counter, and says which counter refused."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.core.errors import OutOfStock, Unavailable
from shop.festivals.deals.actions import pause_deal
from shop.festivals.holds import counters
from shop.festivals.holds.holdings import Holdings
from shop.festivals.models import Claim, Closure, DealUsage, PriceChange, PromotionUsage
from shop.orders import end
from shop.orders.place import place_order
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
NOTHING = Holdings()


def take(*, shopper=None, give=NOTHING, **wanted):
    with transaction.atomic():
        limit_id = shopper.mailbox_id if shopper else None
        counters.move_holds(take=Holdings(**wanted), give=give, shopper_id=limit_id)


def refusal(**wanted):
    with pytest.raises(Unavailable) as refused:
        take(**wanted)
    return refused.value.kind


def a_deal(**facts):
    return make.deal(make.variant(20_00), during=make.festival(), price=15_00, **facts)


def a_promotion(**facts):
    return make.promotion(make.festival(), value=10_00, **facts)


def test_a_deal_gives_no_more_units_than_its_allotment():
    deal = a_deal(allotment=3)
    take(deals={deal.pk: 2})

    assert refusal(deals={deal.pk: 2}) == "deal"

    deal.refresh_from_db()
    assert (deal.held, deal.sold) == (2, 0)


def test_sold_units_count_against_the_allotment_too():
    deal = a_deal(allotment=3)
    take(deals={deal.pk: 2})
    counters.settle(Holdings(deals={deal.pk: 2}))

    assert refusal(deals={deal.pk: 2}) == "deal"
    take(deals={deal.pk: 1})

    deal.refresh_from_db()
    assert (deal.held, deal.sold) == (1, 2)


def test_a_promotion_is_used_no_more_often_than_it_says():
    promotion = a_promotion(max_uses=1)
    take(promotions={promotion.pk: 10_00})

    assert refusal(promotions={promotion.pk: 10_00}) == "promotion"

    promotion.refresh_from_db()
    assert (promotion.held_uses, promotion.held_amount) == (1, 10_00)


def test_a_promotion_spends_no_more_than_its_budget():
    promotion = a_promotion(budget=15_00)
    take(promotions={promotion.pk: 10_00})

    assert refusal(promotions={promotion.pk: 5_01}) == "promotion"
    take(promotions={promotion.pk: 5_00})

    promotion.refresh_from_db()
    assert (promotion.held_uses, promotion.held_amount) == (2, 15_00)


def test_a_paused_promotion_takes_nobody_new_and_lets_go():
    promotion = a_promotion()
    take(promotions={promotion.pk: 10_00})
    type(promotion).objects.update(state="paused")

    assert refusal(promotions={promotion.pk: 10_00}) == "promotion"
    take(give=Holdings(promotions={promotion.pk: 10_00}))

    promotion.refresh_from_db()
    assert (promotion.held_uses, promotion.held_amount) == (0, 0)


def test_a_shopper_gets_no_more_units_of_a_deal_than_the_limit():
    deal, amara, lin = a_deal(per_shopper=2), make.user(), make.user()
    take(deals={deal.pk: 1}, shopper=amara)

    assert refusal(deals={deal.pk: 2}, shopper=amara) == "usage"
    take(deals={deal.pk: 2}, shopper=lin)

    held = {row.mailbox_id: (row.held, row.sold) for row in DealUsage.objects.all()}
    assert held == {amara.mailbox_id: (1, 0), lin.mailbox_id: (2, 0)}


def test_a_shopper_uses_a_promotion_no_more_often_than_the_limit():
    promotion, amara = a_promotion(per_shopper=1), make.user()
    take(promotions={promotion.pk: 10_00}, shopper=amara)

    assert refusal(promotions={promotion.pk: 10_00}, shopper=amara) == "usage"

    usage = PromotionUsage.objects.get()
    promotion.refresh_from_db()
    assert (usage.held, promotion.held_uses) == (1, 1)


@pytest.mark.parametrize("state", ["held", "used"])
def test_only_an_available_claim_can_be_held(state):
    promotion = a_promotion(trigger="claim", group="voucher")
    claim = Claim.objects.create(promotion=promotion, code="ONLYONE", state=state)

    assert refusal(claims=frozenset({claim.pk})) == "claim"

    claim.refresh_from_db()
    assert claim.state == state


def test_of_what_is_taken_and_given_only_the_difference_moves():
    deal = a_deal(allotment=3)
    take(deals={deal.pk: 3})

    take(deals={deal.pk: 3}, give=Holdings(deals={deal.pk: 3}))
    take(deals={deal.pk: 1}, give=Holdings(deals={deal.pk: 3}))

    deal.refresh_from_db()
    assert deal.held == 1


def test_units_that_others_hold_do_not_close_a_deal():
    kettle, cup, festival = make.variant(20_00), make.variant(5_00), make.festival()
    sold_out = make.deal(kettle, during=festival, price=15_00, allotment=1)
    claimed = make.deal(cup, during=festival, price=4_00, allotment=2)
    make.order({cup: 1})
    paid = make.order({kettle: 1, cup: 1})

    with transaction.atomic():
        end.mark_paid(end.lock(paid.pk), at=NOON)

    claimed.refresh_from_db()
    assert (claimed.held, claimed.sold) == (1, 1)
    assert Closure.objects.get().deal == sold_out


def test_a_sale_that_closes_no_deal_leaves_the_price_alone():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=2)
    paid = make.order({kettle: 1})
    changes = PriceChange.objects.count()

    with transaction.atomic():
        end.mark_paid(end.lock(paid.pk), at=NOON)

    assert PriceChange.objects.count() == changes


def test_a_paused_deal_keeps_its_units():
    kettle = make.variant(20_00, on_hand=10)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=6)
    pause_deal(deal, at=NOON)
    at = NOON + timedelta(minutes=1)
    who = make.cart({kettle: 5}, at=at)

    with pytest.raises(OutOfStock) as refused:
        place_order(who, agreed=make.agreed(who, at=at), at=at)

    assert refused.value.left == 4
