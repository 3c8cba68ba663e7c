"""Rows are locked in one place and in one order, and what breaks it is found before it waits."""

import re
from functools import partial
from itertools import combinations
from pathlib import Path
from threading import Barrier

import pytest
from django.apps import apps
from django.db import transaction

from shop.catalogue.stock.models import Pool
from shop.core.locks import ORDER, free_ones, lock, lock_one, locked
from shop.festivals.models import Deal
from shop.people.merchants.models import Merchant
from tests import locking, make
from tests.crowd import at_once
from tests.locking import OutOfOrder

ROOT = Path(__file__).parents[3]
CODE = [
    path
    for package in ("shop", "cms", "config")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]
# Rows that are many, of one table, locked where they are written; all by their ids.
WRITTEN_OUT = {
    "shop/storefront/listings/popularity.py": 2,
    "shop/storefront/listings/refresh.py": 1,
    "shop/storefront/listings/search_index.py": 1,
}


def where(pattern):
    return {
        str(path.relative_to(ROOT)): count
        for path in CODE
        if (count := len(re.findall(pattern, path.read_text(encoding="utf-8"))))
    }


def test_rows_are_locked_in_one_place():
    assert set(where(r"select_for_update\(")) == {"shop/core/locks.py"}
    assert where(r"FOR (?:NO KEY |KEY )?(?:UPDATE|SHARE)\b") == WRITTEN_OUT


def test_each_table_has_one_place_in_the_order():
    tables = {model._meta.db_table for model in apps.get_models()}

    assert len(set(ORDER)) == len(ORDER)
    assert set(ORDER) <= tables


@pytest.mark.parametrize(
    ("text", "tables"),
    [
        ('SELECT 1 FROM "shop_deal" WHERE id = 1 FOR UPDATE', ["shop_deal"]),
        ('SELECT 1 FROM "shop_deal" ORDER BY 1 FOR NO KEY UPDATE SKIP LOCKED', ["shop_deal"]),
        ('SELECT 1 FROM "a" JOIN "b" ON 1 FOR NO KEY UPDATE OF "b", "a"', ["b", "a"]),
        ("WITH x AS (SELECT 1 FROM shop_listing l FOR NO KEY UPDATE OF l SKIP LOCKED), y",
         ["shop_listing"]),
        ('UPDATE "shop_deal" SET held = 1', []),
        ("SELECT 'FOR UPDATE' FROM shop_deal WHERE x", []),
    ],
)  # fmt: skip
def test_what_a_statement_locks_is_read_from_it(text, tables):
    assert locking.tables_of(text) == tables


@transaction.atomic
def take(*tables):
    for table in tables:
        locking.take(f'SELECT 1 FROM "{table}" FOR UPDATE')  # noqa: S608 (nobody runs it)


@pytest.mark.django_db
def test_of_all_pairs_of_tables_each_is_locked_one_way_round():
    for first, second in combinations(ORDER, 2):
        take(first, second, first)  # the last is held already
        with pytest.raises(OutOfOrder):
            take(second, first)


@transaction.atomic
def step_back():
    lock(Pool.objects.all())
    raise ZeroDivisionError


@pytest.mark.django_db
@transaction.atomic
def test_what_a_step_back_has_freed_is_locked_anew():
    with pytest.raises(ZeroDivisionError):
        step_back()
    lock(Deal.objects.all())
    lock(Pool.objects.all())


@pytest.mark.django_db
def test_rows_are_locked_by_their_ids_and_not_what_they_are_read_with():
    stores = [make.merchant() for _number in range(3)]
    one = make.product(of=stores[0])
    with transaction.atomic():
        assert lock(Merchant.objects.order_by("-pk")) == stores
        assert lock_one(Merchant.objects, stores[1].pk) == stores[1]
        own = locked(type(one).objects.select_related("merchant"))
        assert str(own.query).endswith('FOR NO KEY UPDATE OF "shop_product"')
        assert own.get().merchant == stores[0]
        assert str(locked(Pool.objects, fully=True).query).endswith("FOR UPDATE")


@pytest.mark.django_db(transaction=True)
def test_whoever_takes_free_ones_leaves_those_that_others_hold():
    pools = [make.variant().pool for _number in range(2)]
    both, taken = Barrier(2, timeout=10), []

    def hold():
        with transaction.atomic():
            lock_one(Pool.objects, pools[0].pk)
            both.wait()
            both.wait()

    def take():
        both.wait()
        with transaction.atomic():
            taken.extend(free_ones(Pool.objects.order_by("pk")))
        both.wait()

    at_once([hold, take])
    assert taken == [pools[1]]


@pytest.mark.django_db(transaction=True)
def test_all_pairs_of_tables_are_locked_at_once_and_nobody_waits_in_a_circle():
    make.order({make.deal(make.variant(20_00), during=make.festival(), price=15_00).variant: 1})
    models = {model._meta.db_table: model for model in apps.get_models()}
    filled = [models[table] for table in ORDER if models[table].objects.exists()]
    pairs, done = list(combinations(filled, 2)), []

    def play(begin):
        for pair in (*pairs[begin:], *pairs[:begin]):
            with transaction.atomic():
                for model in pair:
                    lock(model.objects.all())
            done.append(pair)

    at_once([partial(play, len(pairs) * part // 4) for part in range(4)])

    assert len(filled) > 10
    assert len(done) == 4 * len(pairs)
