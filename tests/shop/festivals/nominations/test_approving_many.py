"""Hundreds of nominations approved in one action: constant statements, and nobody is oversold."""

from datetime import timedelta
from functools import partial

import pytest
from django_tasks_db.models import DBTaskResult

from shop.catalogue.models import Product
from shop.catalogue.stock.models import Pool
from shop.core.errors import (
    FenceBroken,
    OutOfStock,
    PriceChanged,
    ShopError,
    StaleState,
    TooMuchHeld,
    Unavailable,
)
from shop.festivals.models import ChangeLog, Deal, Enrolment, Fund, Nomination, PriceSpan
from shop.festivals.nominations import approve, decide
from shop.festivals.nominations.proposal import Proposal
from shop.orders.models import OrderLine
from shop.orders.reconcile import differences
from shop.storefront.listings import festival_products
from tests import make
from tests.budgets import statements
from tests.buying import buying
from tests.crowd import at_once
from tests.make import NOON, START
from tests.stepping import Beside, open_transaction

BEFORE = START - timedelta(days=20)
db = pytest.mark.django_db
committed = pytest.mark.django_db(transaction=True)


def nominated(count: int, during, **facts) -> list[int]:
    """Return the ids of nominations of as many products of one store, with five units aside."""
    store = make.merchant()
    make.member(store)
    found = []
    for _ in range(count):
        kettle = make.variant(20_00, on_hand=10, of=make.product(of=store))
        facts = {"price": 15_00, "allotment": 5} | facts
        found.append(make.nomination(kettle, during=during, **facts).pk)
    return found


def refusals(outcomes) -> dict[int, str]:
    return {found.nomination_id: str(found.refusal) for found in outcomes if found.refusal}


@db
@pytest.mark.long
def test_each_hundred_costs_the_same_statements():
    festival = make.festival(must_beat_prior_price=True)
    make.slot(festival)
    costs = []
    for count in (100, 200):
        ids = nominated(count, festival, submitted_at=BEFORE)
        with statements(most=300) as counted:
            outcomes = festival_products.approve_all(ids, at=BEFORE, by=None)
        assert refusals(outcomes) == {}
        costs.append(len(counted))

    assert Deal.objects.count() == 300
    assert costs == [costs[0], 2 * costs[0]]
    assert costs[0] <= 48
    assert ChangeLog.objects.filter(action="approve").count() == 300
    assert DBTaskResult.objects.filter(task_path__endswith="send_decision").count() == 300


@db
@pytest.mark.long
def test_each_hundred_costs_the_same_statements_where_units_are_short():
    festival = make.festival()
    slots = [festival.slots.get(), make.slot(festival), make.slot(festival)]
    ids = nominated(40, festival)
    for pk in ids[:2]:
        kettle = Nomination.objects.get(pk=pk).product.variants.get()
        ids += [make.nomination(kettle, during=s, price=15_00, allotment=5).pk for s in slots[1:]]

    with statements(most=48):  # one by one they would be hundreds
        outcomes = approve.approve_all(ids, at=BEFORE)

    assert len(refusals(outcomes)) == 2
    assert all(isinstance(found.refusal, FenceBroken | None) for found in outcomes)


@db
def test_what_is_refused_does_not_stop_the_others_and_says_why():
    festival = make.festival(must_beat_prior_price=True)
    slot = make.slot(festival, max_nominations=1)
    good = nominated(3, festival)
    too_many = nominated(1, festival, allotment=11)
    dearer = nominated(1, festival, price=20_00)
    full = nominated(2, slot)
    decided = nominated(1, festival)
    reviewer = make.user(first_name="Amina")
    decide.reject(Nomination.objects.get(pk=decided[0]), "No", at=BEFORE, by=reviewer)
    unpublished = nominated(1, festival)
    Product.objects.filter(nominations=unpublished[0]).update(state="submitted")
    left = nominated(1, festival)
    Enrolment.objects.filter(nominations=left[0]).update(state="withdrawn")
    every = [*good, *too_many, *dearer, *full, *decided, *unpublished, *left]

    outcomes = approve.approve_all(every, at=BEFORE, by=reviewer)

    told = refusals(outcomes)
    assert len(outcomes) == len(every)
    assert set(told) == {*too_many, *dearer, full[1], *decided, *unpublished, *left}
    assert "cannot be called a reduction" in told[dearer[0]]
    assert told[full[1]] == "All places in this slot are taken."
    assert told[decided[0]].startswith("Amina decided already: rejected")
    assert "not published" in told[unpublished[0]]
    assert "does not take part" in told[left[0]]
    assert Deal.objects.count() == 4
    assert set(
        Nomination.objects.filter(state="approved").values_list("pk", flat=True)
    ) == {*good, full[0]}  # fmt: skip


@db
def test_two_of_one_batch_do_not_get_the_same_units():
    kettle = make.variant(20_00, on_hand=10)
    festival = make.festival()
    slots = [festival.slots.get(), make.slot(festival), make.slot(festival)]
    ids = [make.nomination(kettle, during=slot, price=15_00, allotment=5).pk for slot in slots]

    outcomes = approve.approve_all(ids, at=BEFORE)

    assert [type(found.refusal) for found in outcomes] == [type(None), type(None), FenceBroken]
    assert (outcomes[2].refusal.asked, outcomes[2].refusal.there) == (15, 10)


@db
def test_a_deal_that_makes_a_later_one_of_the_batch_no_reduction_refuses_that_one_alone():
    kettle = make.variant(20_00)
    festival = make.festival(must_beat_prior_price=True)
    first = make.slot(festival, ends_at=START + timedelta(days=1))
    second = make.slot(festival, starts_at=START + timedelta(days=2))
    ids = [
        make.nomination(kettle, during=first, price=14_00).pk,
        make.nomination(kettle, during=second, price=15_00).pk,
        *nominated(2, festival),
    ]

    outcomes = approve.approve_all(ids, at=BEFORE)

    assert set(refusals(outcomes)) == {ids[1]}
    assert Deal.objects.count() == 3


@db
def test_what_was_submitted_again_since_it_was_seen_is_left():
    festival = make.festival()
    ids = nominated(2, festival, submitted_at=BEFORE)
    Nomination.objects.filter(pk=ids[1]).update(submitted_at=BEFORE + timedelta(minutes=1))

    outcomes = approve.approve_all(ids, at=NOON, seen=dict.fromkeys(ids, BEFORE))

    assert [type(found.refusal) for found in outcomes] == [type(None), StaleState]


@db
def test_a_batch_approved_while_its_slot_runs_starts_then_and_is_seen():
    festival = make.festival()
    ids = nominated(3, festival)

    approve.approve_all(ids, at=NOON)

    assert {deal.effective_from >= NOON for deal in Deal.objects.all()} == {True}
    assert PriceSpan.objects.filter(price=15_00, starts_at__gte=NOON).count() == 3


@db
def test_a_fund_is_drawn_on_no_further_than_it_reaches():
    festival = make.festival()
    fund = Fund.objects.create(festival=festival, sponsor="Ministry of Trade", amount=25_00)
    ids = nominated(3, festival, subsidy=2_00, fund=fund)  # five units each

    outcomes = approve.approve_all(ids, at=BEFORE)

    assert set(refusals(outcomes)) == {ids[2]}
    assert refusals(outcomes)[ids[2]] == (
        "Ministry of Trade has $5.00 left to promise; this needs $10.00."
    )
    fund.refresh_from_db()
    assert fund.committed == 20_00
    decide.withdraw(Nomination.objects.get(pk=ids[0]), at=BEFORE, by=make.user())
    fund.refresh_from_db()
    assert fund.committed == 10_00


@committed
def test_two_reviewers_never_promise_the_same_money():
    festival = make.festival()
    fund = Fund.objects.create(festival=festival, sponsor="Ministry of Trade", amount=45_00)
    ids = nominated(8, festival, subsidy=2_00, fund=fund)
    rows = [Nomination.objects.get(pk=pk) for pk in ids]

    results = at_once([partial(approve.approve, row, at=BEFORE) for row in rows])

    fund.refresh_from_db()
    assert fund.committed == 40_00
    assert sum(isinstance(found, list) for found in results) == 4


@committed
def test_two_batches_and_a_single_reviewer_decide_each_row_once():
    festival = make.festival()
    slot = make.slot(festival, max_nominations=7)
    ids = [*nominated(20, festival), *nominated(10, slot)]
    actions = [
        partial(approve.approve_all, ids, at=BEFORE),
        partial(approve.approve_all, ids[::-1], at=BEFORE),
        *(partial(approve.approve, Nomination.objects.get(pk=pk), at=BEFORE) for pk in ids[5:25:5]),
    ]

    results = at_once(actions)

    approved = Nomination.objects.filter(state="approved")
    assert approved.count() == 27
    assert approved.filter(slot=slot).count() == 7
    assert Deal.objects.count() == 27
    batches = [found for batch in results[:2] for found in batch if found.deals]
    alone = [found for found in results[2:] if isinstance(found, list)]
    assert len(batches) + len(alone) == 27


@committed
def test_what_is_submitted_again_while_a_batch_waits_is_approved_as_it_stands_then():
    festival = make.festival()
    (pk,) = nominated(1, festival)
    offered = Nomination.objects.get(pk=pk)
    variant = offered.product.variants.get()
    lower = Proposal(rule="fixed", prices={variant.pk: 12_00})

    def submit():
        decide.nominate(offered.product, offered.slot, lower, at=BEFORE, by=None)

    with open_transaction(submit):
        approving = Beside(partial(approve.approve_all, [pk], at=BEFORE))
        assert approving.waits()

    (outcome,) = approving.result()
    assert [deal.value for deal in outcome.deals] == [12_00]
    offered.refresh_from_db()
    assert (offered.state, offered.prices) == ("approved", {str(variant.pk): 12_00})


@committed
def test_a_batch_beside_checkouts_never_promises_a_unit_twice():
    festival, pools = make.festival(), 12
    store = make.merchant()
    goods = [
        make.variant(20_00, on_hand=6, of=make.product(of=store, title=f"Cup {n}"))
        for n in range(pools)
    ]
    ids = [make.nomination(row, during=festival, price=15_00, allotment=4).pk for row in goods]
    crowd = [buying(make.cart({row: 3})) for row in goods]

    results = at_once([partial(approve.approve_all, ids, at=NOON), *crowd], threads=8)

    outcomes, bought = results[0], results[1:]
    refused = {type(result) for result in bought if isinstance(result, ShopError)}
    # Of the four units of a deal, or of the two beside it, no guest may hold three unpaid.
    assert refused <= {OutOfStock, Unavailable, PriceChanged, TooMuchHeld}
    for found, variant in zip(outcomes, goods, strict=True):
        pool = Pool.objects.get(pk=variant.pool_id)
        everyday = OrderLine.objects.filter(variant=variant, is_set_aside=False)
        promised = sum(deal.allotment for deal in found.deals)
        assert sum(line.pool_units for line in everyday) + promised <= pool.on_hand
    assert len(outcomes) == pools
    assert differences() == []
