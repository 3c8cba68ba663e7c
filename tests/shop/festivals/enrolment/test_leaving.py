"""What is left of a store in a festival that it leaves: nothing that shoppers or stores pay for."""

import pytest

from shop.core.errors import NotPossible
from shop.festivals.enrolment import enrol
from shop.festivals.enrolment.waitlist import fill
from shop.festivals.models import Participation, Promotion
from shop.festivals.promotions import manage
from shop.orders.cart.pricing import price_cart
from shop.storefront.listings import festival_products
from shop.storefront.listings.models import Listing
from tests import make
from tests.make import NOON, START

pytestmark = pytest.mark.django_db


@pytest.fixture
def festival():
    return make.festival()


@pytest.fixture
def kettle(festival):
    variant = make.variant(200_00)
    make.nomination(variant, during=festival, price=150_00)
    make.listed(variant.product)
    return variant


def leave(festival, kettle):
    enrolment = festival.enrolments.get(merchant=kettle.product.merchant)
    festival_products.leave(enrolment, at=NOON, by=make.user())


def test_its_products_earn_no_benefit_of_the_festival_any_more(festival, kettle):
    make.promotion(festival, group="save", value=50_00)
    assert price_cart(make.cart({kettle: 1}), at=NOON).quote.discount == 50_00

    leave(festival, kettle)

    assert not Participation.objects.filter(product=kettle.product).exists()
    assert price_cart(make.cart({kettle: 1}), at=NOON).quote.discount == 0
    assert festival.pk not in Listing.objects.get(product=kettle.product).festivals


def test_the_benefits_that_it_gave_end(festival, kettle):
    own = make.promotion(festival, group="merchant", value=5_00, merchant=kettle.product.merchant)
    other = make.promotion(festival, group="save", value=5_00)

    leave(festival, kettle)

    own.refresh_from_db()
    other.refresh_from_db()
    assert own.state == Promotion.State.ENDED_EARLY
    assert other.state == Promotion.State.ACTIVE
    draft = make.promotion(festival, group="merchant", value=5_00, state="draft",
                           merchant=kettle.product.merchant)  # fmt: skip
    with pytest.raises(NotPossible, match="does not take part"):
        manage.activate(draft, at=NOON)


def test_a_store_that_is_suspended_gets_no_place(festival):
    first, second = make.merchant(state="suspended"), make.merchant()
    for number, merchant in enumerate((first, second)):
        festival.enrolments.create(
            merchant=merchant,
            state="waiting",
            terms_version="1",
            commission_bp=0,
            waiting_since=START.replace(minute=number),
        )

    (lucky,) = fill(festival, at=NOON, by=None)

    assert lucky.merchant == second
    with pytest.raises(NotPossible, match="not approved"):
        enrol.decide(festival.enrolments.get(merchant=first), is_accepted=True, at=NOON)


def test_nobody_is_accepted_for_a_festival_that_was_called_off(festival):
    row = festival.enrolments.create(
        merchant=make.merchant(), state="applied", terms_version="1", commission_bp=0
    )
    type(festival).objects.update(state="cancelled")

    with pytest.raises(NotPossible, match="is over"):
        enrol.decide(row, is_accepted=True, at=START)
    assert enrol.decide(row, is_accepted=False, at=START).state == "declined"


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_a_store_does_not_leave_what_is_over_and_counted(festival, kettle, state):
    type(festival).objects.filter(pk=festival.pk).update(state=state)
    festival.refresh_from_db()

    own = festival.enrolments.annotate(has_approved=enrol.HAS_APPROVED).get()
    assert not enrol.may_leave(own, at=NOON)
    with pytest.raises(NotPossible, match="This festival is over"):
        leave(festival, kettle)

    assert festival.enrolments.get().state == "accepted"
