"""Statements that are composed once in a process and planned once on a connection."""

from itertools import product

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext

from shop.catalogue.models import Category, Variant
from shop.core.statements.composed import ID, IDS, TEXT, AnyOf, Composed, composed
from shop.core.statements.prepared import ask, prepared_cursor
from tests import make
from tests.composing import facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def kettles():
    kettle = make.product(title="100% copper, 'good'", slug="kettle")
    return [make.variant(of=kettle, price=price) for price in (500, 700, 900)]


@composed(ids=IDS, weight=ID)
def heavy(with_half: bool, *, ids, weight):
    rows = Variant.objects.filter(AnyOf(F("pk"), ids), Q(weight_g__gte=weight) | Q(pk__lt=0))
    rows = rows.select_related("product__merchant", "pool").order_by("-pk")
    rows = rows.annotate(
        told=Concat("product__title", Value(" 5 %")),
        of_one=Subquery(Category.objects.filter(products=OuterRef("product")).values("pk")[:1]),
    )
    return rows.annotate(half=F("weight_g") / 2) if with_half else rows


@composed(words=TEXT)
def named(is_flat: bool, *, words):
    rows = Variant.objects.filter(product__title=words).order_by("pk")
    return rows.values_list("pk", flat=True) if is_flat else rows.values_list("pk", "options")


def test_objects_come_with_their_related_ones_as_the_orm_makes_them(kettles):
    ids = [kettle.pk for kettle in kettles]
    for shape, values in product(
        (True, False),
        ({"ids": ids, "weight": 1}, {"ids": [], "weight": 1},
         {"ids": ids, "weight": None}, {"ids": ids[:1], "weight": 2**40}),
    ):  # fmt: skip
        again = list(heavy.anew(shape, **values))
        assert [facts(row) for row in heavy(shape, **values)] == [facts(row) for row in again]
    first, *_others = heavy(True, ids=ids, weight=1)
    with CaptureQueriesContext(connection) as asked:
        assert (first.told, first.product.merchant.state) == ("100% copper, 'good' 5 %", "approved")
        assert first.half == first.weight_g / 2
    assert not asked.captured_queries


def test_columns_come_as_tuples_or_alone(kettles):
    words = "100% copper, 'good'"
    assert named(False, words=words) == [(kettle.pk, kettle.options) for kettle in kettles]
    assert named(True, words=words) == [kettle.pk for kettle in kettles]
    assert named(True, words="'; DROP TABLE shop_variant; --%(words)s") == []


def test_a_queryset_is_built_once_for_each_shape(kettles):
    built = []

    def build(order, *, least):
        built.append(order)
        return Variant.objects.filter(pk__gte=least).order_by(order)

    rows = Composed(build, {"least": BigIntegerField()})
    for order in ("pk", "-pk", "pk", "-pk"):
        for least in (0, kettles[1].pk):
            assert rows(order, least=least) == list(Variant.objects.filter(pk__gte=least)
                                                    .order_by(order))  # fmt: skip
    assert built == ["pk", "-pk"]


def test_what_needs_a_second_statement_is_refused():
    rows = Composed(lambda: Variant.objects.prefetch_related("deals"), {})
    with pytest.raises(TypeError):
        rows()


def plans():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%shop_pool%'"
        )
        return [text for (text,) in cursor.fetchall()]


STOCK = "SELECT id FROM shop_pool WHERE on_hand < %(units)s AND id = ANY(%(ids)s) AND '%%' <> ''"


def test_a_statement_has_one_plan_whatever_the_size_of_its_numbers():
    for units in (1, 200, 70_000, 2**40):
        assert ask(STOCK, {"units": units, "ids": [units]}) == []
    assert len(plans()) == 1


def test_behind_a_pooler_nothing_is_prepared(settings):
    settings.DATABASE_PREPARES = False
    for _time in range(8):
        assert ask(STOCK, {"units": 1, "ids": [1]}) == []
    assert plans() == []


def test_statements_are_counted_and_their_errors_are_djangos(kettles):
    with CaptureQueriesContext(connection) as asked:
        ask(STOCK, {"units": 1, "ids": [7]})
    assert [query["sql"] for query in asked.captured_queries] == [
        "SELECT id FROM shop_pool WHERE on_hand < 1 AND id = ANY('{7}'::int2[]) AND '%' <> ''"
    ]
    with pytest.raises(ProgrammingError), transaction.atomic():
        ask("SELECT nothing FROM nowhere WHERE %(is_so)s", {"is_so": True})
    broken = "UPDATE shop_variant SET pool_id = NULL WHERE id = %(pk)s"
    with pytest.raises(IntegrityError), transaction.atomic(), prepared_cursor() as cursor:
        cursor.execute(broken, {"pk": kettles[0].pk})
