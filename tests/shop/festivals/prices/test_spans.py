"""The stored spans are the price function, and what was public stays on record."""

import random
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from shop.core.errors import NotPossible
from shop.festivals.models import Deal, PriceSpan
from shop.festivals.prices import regular, spans
from tests import make
from tests.agreeing import extend_agreed
from tests.crowd import at_once
from tests.make import END, LONG_AGO, NOON, START
from tests.shop.festivals.edits import EDITS, edit_often
from tests.truth import span_differences

SECOND = timedelta(seconds=1)


def instants(count, dice):
    span = (END + timedelta(days=5) - LONG_AGO) / timedelta(microseconds=1)
    return [LONG_AGO + timedelta(microseconds=dice.randrange(int(span))) for _ in range(count)]


def shop_window(dice):
    """Make twelve products with histories, overlapping festivals and flash slots."""
    first = make.festival(priority=1, max_extensions=50)
    second = make.festival(starts_at=START + timedelta(days=4), ends_at=END + timedelta(days=3))
    flash = [
        make.slot(first, starts_at=START + timedelta(days=d), ends_at=START + timedelta(days=d + 1))
        for d in range(0, 10, 2)
    ]
    for n in range(12):
        product = make.product()
        variants = [
            make.variant(dice.randrange(5_00, 90_00), of=product, on_hand=200)
            for _ in range(1 + n % 3)
        ]
        for variant in variants:
            for day in (20, 95, 120):
                price = dice.randrange(5_00, 90_00)
                make.reprice(variant, price, at=LONG_AGO + timedelta(days=day))
        chosen = dice.choice(variants)
        early = {"approved_at": START - timedelta(days=5)}
        if n % 2:
            make.deal(
                chosen,
                during=first,
                percent=dice.randrange(5, 40),
                allotment=dice.choice([None, 2]),
                **early,
            )
        if n % 3:
            make.deal(chosen, during=second, price=dice.randrange(4_00, 60_00), **early)
        if n % 4:
            make.deal(
                chosen,
                during=dice.choice(flash),
                percent=dice.randrange(5, 50),
                allotment=3,
                **early,
            )
    return sorted(set(Deal.objects.values_list("variant__product_id", flat=True)))


@pytest.mark.django_db
@pytest.mark.long
def test_spans_equal_the_function_before_and_after_200_edits_and_the_past_stays():
    dice = random.Random(20270512)
    products = shop_window(dice)
    assert span_differences(products, instants(1_000, dice)) == []

    history = edit_often(200, after=START - timedelta(days=1), minutes=100, dice=dice)

    assert set(history.done) == set(EDITS)
    assert history.rewritten() == []
    assert span_differences(products, [*instants(1_000, dice), *history.edges]) == []


@pytest.mark.django_db(transaction=True)
def test_writers_at_the_same_moment_lose_no_public_price():
    kettle = make.variant(20_00)
    moments = [NOON + n * SECOND for n in range(24)]
    random.Random(4).shuffle(moments)

    at_once(
        [lambda at=at, n=n: make.reprice(kettle, 10_00 + n, at=at) for n, at in enumerate(moments)],
        threads=12,
    )

    seen = set(PriceSpan.objects.values_list("price", flat=True))
    assert seen == {20_00, *(10_00 + n for n in range(24))}
    assert span_differences([kettle.product_id], [at + SECOND / 2 for at in moments]) == []


@pytest.mark.django_db
def test_the_database_refuses_two_prices_at_one_instant():
    kettle = make.variant(20_00)
    there = PriceSpan.objects.get(variant=kettle)

    with pytest.raises(IntegrityError), transaction.atomic():
        PriceSpan.objects.create(
            variant=kettle, starts_at=NOON, ends_at=END, regular=1_00, price=1_00
        )

    assert PriceSpan.objects.get() == there


@pytest.mark.django_db
def test_case_9_prices_turn_over_by_themselves_with_no_job_running():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00)

    with connection.cursor() as cursor:
        for at, price in (
            (START - SECOND, 20_00),
            (START, 15_00),
            (END - SECOND, 15_00),
            (END, 20_00),
        ):
            cursor.execute(
                "SELECT price FROM shop_pricespan WHERE starts_at <= %s AND ends_at > %s", [at, at]
            )
            assert cursor.fetchall() == [(price,)]


@pytest.mark.django_db
def test_case_75_an_extension_leaves_the_prior_price_alone():
    kettle = make.variant(20_00)
    festival = make.festival()
    make.deal(kettle, during=festival, price=15_00)
    extend_agreed(festival.slots.get(), END + timedelta(days=2), at=NOON)

    late = PriceSpan.objects.get(starts_at__lte=END, ends_at__gt=END)

    assert (late.price, late.prior_price, late.percent) == (15_00, 20_00, 25)


@pytest.mark.django_db
def test_a_price_set_for_later_counts_from_its_instant_and_not_before():
    kettle = make.variant(20_00)

    regular.change_prices({kettle.pk: 18_00}, at=NOON, starts_at=NOON + timedelta(hours=3))

    rows = PriceSpan.objects.order_by("starts_at").values_list("starts_at", "price")
    assert list(rows) == [(LONG_AGO, 20_00), (NOON + timedelta(hours=3), 18_00)]


@pytest.mark.django_db
def test_a_percent_deal_that_runs_keeps_the_regular_price_from_rising():
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), percent=20)

    with pytest.raises(NotPossible):
        make.reprice(kettle, 25_00, at=NOON)
    make.reprice(kettle, 18_00, at=NOON)

    assert PriceSpan.objects.get(starts_at=NOON).price == 14_40


@pytest.mark.django_db
def test_a_deal_approved_after_its_slot_began_starts_at_the_approval():
    kettle = make.variant(20_00)
    deal = make.deal(kettle, during=make.festival(), price=15_00, approved_at=NOON)

    deal.refresh_from_db()
    assert deal.effective_from == NOON
    assert span_differences([kettle.product_id], [NOON - SECOND, NOON]) == []
    assert (
        PriceSpan.objects.get(starts_at__lte=NOON - SECOND, ends_at__gt=NOON - SECOND).price
        == 20_00
    )


def test_locking_prices_outside_a_transaction_is_refused(db, transactional_db):
    kettle = make.variant(20_00)

    with pytest.raises(transaction.TransactionManagementError):
        spans.lock_prices([kettle.product_id], at=NOON)
