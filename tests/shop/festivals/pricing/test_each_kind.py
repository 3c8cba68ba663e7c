"""What holds for every kind of benefit, those that are added later included."""

import random
from dataclasses import fields

import pytest

from shop.festivals.models import Promotion
from shop.festivals.pricing.benefit_form import COLUMNS, NumberKind
from shop.festivals.pricing.benefit_kinds import Group
from shop.festivals.pricing.goods import Goods, PricedUnits
from shop.festivals.pricing.terms import PromotionTerms
from tests.shop.festivals.pricing.carts import kinds_for, random_terms
from tests.shop.festivals.pricing.each_kind import each_kind, example, needed
from tests.shop.festivals.pricing.setting import promotion

CARTS = 300


def random_goods(rng):
    """Return goods of which earlier benefits took something off."""
    units = []
    for _ in range(rng.randint(0, 5)):
        price, quantity = rng.randint(1, rng.choice([9, 50_00])), rng.randint(1, 5)
        amount = price * quantity - rng.choice([0, rng.randint(0, price)])
        facts = (rng.random() < 0.3, rng.randint(1, 3), rng.randint(1, 2), rng.randint(1, 2))
        units.append(PricedUnits(price, quantity, amount, *facts))
    spend = sum(each.amount for each in units)
    return Goods(tuple(units), spend, rng.randint(0, spend))


@each_kind
def test_a_kind_says_its_whole_form(kind):
    columns = [field.column for field in kind.fields]

    assert len(kind.code) <= Promotion._meta.get_field("kind").max_length
    assert kind.choice
    assert kind.groups
    assert (Group.SHIPPING in kind.groups) == (kind.groups == (Group.SHIPPING,))
    assert len(set(columns)) == len(columns)
    assert set(columns) <= set(COLUMNS) <= {field.name for field in fields(PromotionTerms)}
    assert all(field.is_amount or field.most for field in kind.fields)


@each_kind
def test_a_kind_refuses_what_its_form_does_not_take(kind):
    def problems(**numbers):
        return kind.problems(promotion(kind.groups[0], kind, **example(kind, **numbers)))

    assert problems() == []
    for field in needed(kind):
        assert len(problems(**{field.name: 0})) == 1
    for field in kind.fields:
        if field.most is not None:
            assert len(problems(**{field.name: field.most + 1})) == 1


@each_kind
def test_a_kind_says_what_it_gives_whatever_was_left_out(kind):
    terms = promotion(kind.groups[0], kind, **example(kind))
    seen = []

    def write(number, sort):
        seen.append(sort)
        return f"<{number}>"

    assert kind.said % kind.facts(terms, write)
    assert kind.written(terms, write)
    assert set(seen) <= set(NumberKind)


@each_kind
def test_a_kind_takes_off_no_more_than_is_left_and_nothing_below_its_minimum(kind):
    rng = random.Random(kind.code)
    for _ in range(CARTS):
        goods, group = random_goods(rng), kind.groups[0]
        terms = promotion(group, kind, **random_terms(rng, kind, max(2, goods.spend)))
        amount, price = kind.amount(terms, goods), rng.randint(0, 50_00)

        assert 0 <= amount <= goods.room
        assert terms.cap is None or amount <= terms.cap
        assert goods.spend >= terms.min_spend or not amount
        assert 0 <= kind.amount_of_parcel(terms, price) <= price
        assert kind.amount(terms, Goods((), 0, 0)) == 0
        most = kind.most_of_one(terms)
        assert most is None or amount <= most


def test_units_that_were_reduced_together_cost_what_they_cost():
    assert PricedUnits(10_00, 3, 20_00).prices == [6_67, 6_67, 6_66]
    assert Goods((PricedUnits(5, 2, 10), PricedUnits(9, 1, 9)), 19, 19).prices == [9, 5, 5]


@pytest.mark.parametrize("group", Group)
def test_random_carts_know_all_kinds(group):
    assert kinds_for(group)
