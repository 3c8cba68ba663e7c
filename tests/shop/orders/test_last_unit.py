"""A product is shown as sold out once its last unit is promised, and as there when it is not."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.orders import end
from shop.orders.place import place_order
from shop.storefront.listings.models import Listing
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)


def listed(**facts):
    found = make.variant(20_00, **facts)
    make.listed(found.product)
    return found


def is_shown(variant):
    return Listing.objects.get(product=variant.product_id).is_available


@transaction.atomic
def expire(order):
    end.expire(end.lock(order.pk), at=NOON)


def test_the_last_unit_turns_the_card_over_and_an_order_that_ran_out_turns_it_back():
    kettle = listed(on_hand=2)

    make.order({kettle: 1})
    assert is_shown(kettle)
    last = make.order({kettle: 1})
    assert not is_shown(kettle)
    expire(last)
    assert is_shown(kettle)


def test_a_product_is_there_as_long_as_one_of_its_variants_is():
    kettle = listed(on_hand=1)
    larger = make.variant(30_00, of=kettle.product, on_hand=1)

    make.order({kettle: 1})
    assert is_shown(kettle)
    make.order({larger: 1})
    assert not is_shown(kettle)


def test_a_family_ticket_is_sold_out_before_the_seats_are():
    family = listed(on_hand=9, units_per_item=4)

    make.order({family: 1})
    assert is_shown(family)
    second = make.order({family: 1})
    assert not is_shown(family)
    expire(second)
    assert is_shown(family)


def test_an_order_of_the_last_unit_that_fails_leaves_the_card_as_it_is():
    kettle = listed(on_hand=1)
    who = make.cart({kettle: 1})
    agreed = make.agreed(who)

    with transaction.atomic():
        place_order(who, agreed=agreed, at=NOON)
        transaction.set_rollback(True)

    assert is_shown(kettle)


def test_while_there_are_more_it_costs_nothing():
    def placing(on_hand):
        who = make.cart({listed(on_hand=on_hand): 1})
        agreed = make.agreed(who)
        with statements(most=99) as asked:
            place_order(who, agreed=agreed, at=NOON + timedelta(minutes=1))
        return len(asked)

    assert placing(on_hand=1) == placing(on_hand=2) + 2


@with_threads
def test_of_two_that_take_the_last_variants_the_later_one_sees_that_all_are_gone():
    kettle = listed(on_hand=1)
    larger = make.variant(30_00, of=kettle.product, on_hand=1)
    first, second = make.cart({kettle: 1}), make.cart({larger: 1})
    agreed = make.agreed(first), make.agreed(second)

    with open_transaction(lambda: place_order(first, agreed=agreed[0], at=NOON)):
        other = Beside(lambda: place_order(second, agreed=agreed[1], at=NOON))
        assert other.waits()
    other.result()

    assert not is_shown(kettle)
