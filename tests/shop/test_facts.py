"""A fact that is said as a queryset, as SQL and as a property is the same three times."""

from datetime import timedelta
from itertools import chain
from itertools import product as combined

import pytest
from django.db import connection
from django.db.models import Q

from shop.catalogue.models import Product, Variant, buyable_sql, on_sale_sql, public_sql
from shop.catalogue.stock.models import Pool, free_sql, free_units
from shop.core.conditions import under
from shop.core.errors import NotPossible
from shop.festivals.models import Deal, Festival, PriceSpan, ProductSpan
from shop.festivals.models.deals import in_time_sql, left_sql, open_sql, promising_sql
from shop.festivals.models.prices import in_force_sql
from shop.festivals.nominations import approve
from shop.festivals.nominations.checks import check
from shop.festivals.nominations.proposal import proposal_of
from shop.festivals.schedule.readiness import readiness
from shop.merchant.dashboard.dashboard import today
from shop.orders.cart import change
from shop.orders.reminders.subjects import thing_of
from shop.people.merchants.models import Merchant, trading_sql
from shop.storefront.previews.facts import waiting_deals
from shop.storefront.previews.preview import Preview
from tests import make
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
WITH_STORE = """shop_variant v JOIN shop_product p ON p.id = v.product_id
  JOIN shop_merchant m ON m.id = p.merchant_id"""
OF_FESTIVAL = """shop_deal d JOIN shop_slot s ON s.id = d.slot_id
  JOIN shop_festival f ON f.id = s.festival_id"""


def ids(tables, condition, *, of, at=None):
    """Return the ids of the rows of which a condition that is written out is true."""
    with connection.cursor() as cursor:
        asked = f"SELECT {of}.id FROM {tables} WHERE {condition}"  # noqa: S608 (of this file)
        cursor.execute(asked, {"at": at})
        return {pk for (pk,) in cursor.fetchall()}


def keys(rows):
    return set(rows.values_list("pk", flat=True))


def test_stores_that_trade():
    made = [make.merchant(state=state) for state in Merchant.State.values]

    trading = keys(Merchant.objects.trading())

    assert trading == ids("shop_merchant m", trading_sql("m"), of="m")
    assert trading == {store.pk for store in made if store.is_trading}
    assert trading == {made[Merchant.State.values.index("approved")].pk}


@pytest.fixture
def catalogue():
    """Have a variant of each kind of product, store, date and end of its sale."""
    moments, pool, made = (None, NOON - HOUR, NOON, NOON + HOUR), Pool.objects.create(), []
    for of in Merchant.State.values:
        store = make.merchant(state=of)
        for state, kind in combined(Product.State.values, Product.Kind.values):
            item = make.product(of=store, state=state, kind=kind)
            is_whole = (of, state) == (Merchant.State.APPROVED, Product.State.PUBLISHED)
            every = combined(moments, moments, (True, False))
            made += [
                Variant(product=item, pool=pool, sku=f"{item.pk}-{number}", sales_close=close,
                        session_start=start, is_active=is_active)
                for number, (close, start, is_active) in enumerate(
                    every if is_whole else [(None, NOON + HOUR, True)]
                )
            ]  # fmt: skip
    Variant.objects.bulk_create(made)
    return list(Variant.objects.select_related("product__merchant"))


def test_products_that_everybody_sees(catalogue):
    public = keys(Product.objects.public())
    tables = "shop_product p JOIN shop_merchant m ON m.id = p.merchant_id"

    assert public == ids(tables, public_sql("p", "m"), of="p")
    assert public == {row.product_id for row in catalogue if row.product.is_public}
    assert len(public) == 2  # goods and an experience
    under_it = keys(Variant.objects.filter(under("product", Product.PUBLIC)))
    assert under_it == {row.pk for row in catalogue if row.product_id in public}


def test_variants_on_sale(catalogue):
    found = keys(Variant.objects.on_sale(at=NOON))

    assert found == ids("shop_variant v", on_sale_sql("v"), of="v", at=NOON)
    assert found == {row.pk for row in catalogue if row.is_on_sale(NOON)}
    closed = [row for row in catalogue if row.closes_at and row.closes_at <= NOON]
    assert closed
    assert not found & {row.pk for row in closed}


def test_what_may_be_put_into_a_cart(catalogue):
    found = keys(Variant.objects.buyable(at=NOON))

    assert found == ids(WITH_STORE, buyable_sql("v", "p", "m"), of="v", at=NOON)
    assert found == {
        row.pk
        for row in catalogue
        if row.is_on_sale(NOON)
        and row.product.is_public
        and (row.product.kind == Product.Kind.GOODS or row.session_start)
    }
    assert found


def test_deals_that_are_on():
    for state, own in combined(Festival.State.values, Deal.State.values):
        festival = make.festival()
        deal = make.deal(make.variant(20_00), during=make.slot(festival), price=15_00)
        Deal.objects.filter(pk=deal.pk).update(state=own)
        Festival.objects.filter(pk=festival.pk).update(state=state)
    running = keys(Deal.objects.open(at=NOON))
    in_time = {row.pk for row in Deal.objects.all() if row.state == Deal.State.APPROVED}

    assert len(running) == 1
    assert running == ids(OF_FESTIVAL, open_sql("d", "f"), of="d", at=NOON)
    assert in_time == ids("shop_deal d", in_time_sql("d"), of="d", at=NOON)
    for at, is_on in ((START, True), (END - timedelta(microseconds=1), True), (END, False),
                      (START - timedelta(microseconds=1), False)):  # fmt: skip
        assert keys(Deal.objects.open(at=at)) == (running if is_on else set())
        assert ids(OF_FESTIVAL, open_sql("d", "f"), of="d", at=at) == (running if is_on else set())


def test_festivals_that_are_live_open_or_shown():
    made = [make.festival(state=state) for state in Festival.State.values]

    for at in (START - HOUR, START, NOON, END):
        live = keys(Festival.objects.filter(Festival.live(at)))
        assert live == {row.pk for row in made if row.is_live(at)}
        assert len(live) == (START <= at < END)
    assert keys(Festival.objects.filter(state__in=Festival.OPEN)) == {
        row.pk for row in made if row.is_open
    }


@pytest.mark.parametrize("model", [PriceSpan, ProductSpan])
def test_spans_that_are_in_force(model):
    kettle = make.variant(20_00)
    make.deal(kettle, during=make.festival(), price=15_00)
    table = model._meta.db_table

    found = [keys(model.objects.in_force(at=at)) for at in (START - HOUR, START, END)]

    assert all(len(spans) == 1 for spans in found)
    assert len(set.union(*found)) == 3
    for at, spans in zip((START - HOUR, START, END), found, strict=True):
        assert spans == ids(f"{table} s", in_force_sql("s"), of="s", at=at)


def test_units_that_are_left():
    during = make.slot(make.festival())
    limited, everyday = (
        make.deal(make.variant(20_00), during=during, price=15_00, allotment=units)
        for units in (9, None)
    )
    Deal.objects.filter(pk=limited.pk).update(held=2, sold=3)
    Pool.objects.filter(pk=limited.variant.pool_id).update(on_hand=50, held=4, sold=5)

    for pk, left in ((limited.pk, 4), (everyday.pk, None)):
        row = Deal.objects.annotate(there=Deal.LEFT).get(pk=pk)
        assert (row.left, row.there) == (left, left)
        with connection.cursor() as cursor:
            asked = f"SELECT {left_sql('d')} FROM shop_deal d WHERE id = %s"  # noqa: S608 (of ours)
            cursor.execute(asked, [pk])
            assert cursor.fetchone() == (left,)
    pools = Pool.objects.annotate(there=free_units())
    row = pools.get(pk=limited.variant.pool_id)
    assert (row.free, row.there) == (41, 41)
    own = Variant.objects.annotate(there=free_units("pool")).get(pk=limited.variant_id)
    assert own.there == 41
    assert ids("shop_pool q", f"{free_sql('q')} = 41", of="q") == {row.pk}


def test_a_condition_is_asked_from_rows_that_lead_to_it():
    fact = Q(state="approved") & ~(Q(country="KE") | Q(city="Nairobi"))

    moved = under("product__merchant", fact)

    assert moved == Q(product__merchant__state="approved") & ~(
        Q(product__merchant__country="KE") | Q(product__merchant__city="Nairobi")
    )


def test_deals_that_may_still_give_units():
    made = []
    for own, units in combined(Deal.State.values, (9, None)):
        during = make.slot(make.festival())
        deal = make.deal(make.variant(20_00), during=during, price=15_00, allotment=units)
        Deal.objects.filter(pk=deal.pk).update(state=own)
        made.append(deal)
    found = keys(Deal.objects.promising(at=NOON))

    assert len(found) == 2  # approved or paused, with units set aside
    assert found == ids("shop_deal d", promising_sql("d"), of="d", at=NOON)
    assert keys(Deal.objects.promising(at=START - HOUR)) == found
    assert keys(Deal.objects.promising(at=END)) == set()


# What several places said each in their own way, and differently, until they had one owner.


def test_seats_of_a_session_whose_sale_is_over_go_into_no_cart():
    item = make.product(kind="experience")
    facts = {"pool": Pool.objects.create(on_hand=5), "of": item}
    begun = make.variant(session_start=NOON - HOUR, **facts)
    closed = make.variant(session_start=NOON + HOUR, sales_close=NOON, **facts)
    to_come = make.variant(session_start=NOON + HOUR, **facts)

    assert change.buyable_seats(facts["pool"].pk, at=NOON) == [to_come]
    assert [change.is_buyable(row.pk, at=NOON) for row in (begun, closed, to_come)] == [
        False, False, True,
    ]  # fmt: skip


def test_units_of_a_festival_that_was_called_off_are_not_claimed_on_the_stores_desk():
    festival = make.festival()
    deal = make.deal(make.variant(20_00), during=festival, price=15_00, allotment=9)
    store = deal.variant.product.merchant

    assert today.pieces_claimed(store, at=NOON) == {"units": 9, "sold": 0}
    Festival.objects.filter(pk=festival.pk).update(state=Festival.State.CANCELLED)

    assert today.pieces_claimed(store, at=NOON) == {"units": None, "sold": None}


def test_products_of_a_suspended_store_do_not_fill_a_festival():
    festival, store = make.festival(), make.merchant()
    make.nomination(make.variant(of=make.product(of=store)), during=festival, price=15_00)
    (listed,) = [row for row in readiness(festival, at=NOON).targets if row.label == "Products"]
    Merchant.objects.filter(pk=store.pk).update(state=Merchant.State.SUSPENDED)
    (left,) = [row for row in readiness(festival, at=NOON).targets if row.label == "Products"]

    assert (listed.count, left.count) == (1, 0)


def test_a_date_whose_sale_is_over_gets_no_deal():
    item = make.product(kind="experience")
    closed = make.variant(of=item, session_start=NOON + HOUR, sales_close=NOON)
    open_one = make.variant(of=item, session_start=NOON + 2 * HOUR, sales_close=NOON + HOUR)
    asked = make.nomination(open_one, during=make.festival(), percent=20)

    made = approve.approve(asked, at=NOON)

    assert [deal.variant_id for deal in made] == [open_one.pk]
    assert not Deal.objects.filter(variant=closed).exists()


def test_a_date_whose_sale_is_over_when_the_slot_starts_gets_no_deal_in_any_place():
    """The check, the preview and the approval mean the same dates."""
    item = make.product(kind="experience")
    facts = {"of": item, "session_start": START + 2 * HOUR}
    late = make.variant(sales_close=START, **facts)  # sold until the slot starts, and not after
    asked = make.nomination(make.variant(**facts), during=make.festival(), percent=20)
    before = START - timedelta(days=3)
    found = check(item, asked.slot, asked.enrolment, proposal_of(asked), at=before)
    shown = waiting_deals(Preview(START, asked.slot.festival_id))
    made = approve.approve(asked, at=before)

    dates = [[row.variant.pk for row in found.variants], [deal.variant_id for deal in shown],
             [deal.variant_id for deal in made]]  # fmt: skip
    assert late.pk not in set(chain(*dates))
    assert dates[0] == dates[1] == dates[2]


def test_a_reminder_waits_for_nothing_that_is_over():
    deal = make.deal(make.variant(20_00), during=make.festival(), price=15_00, allotment=9)

    assert thing_of(f"deal-{deal.variant_id}", at=NOON).deal == deal
    Variant.objects.filter(pk=deal.variant_id).update(sales_close=NOON)
    with pytest.raises(NotPossible, match="nothing to wait for"):
        thing_of(f"deal-{deal.variant_id}", at=NOON)
