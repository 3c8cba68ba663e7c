"""Case P55: any order of units and amounts that go back ends exactly at each party's whole."""

from dataclasses import astuple

from hypothesis import given
from hypothesis import strategies as st

from shop.orders.shares import Share, share_of

AMOUNTS = st.integers(0, 100_000)
NONE = Share()


def added(first, second):
    return Share(*(a + b for a, b in zip(astuple(first), astuple(second), strict=True)))


@st.composite
def lines(draw):
    paid, funded = draw(AMOUNTS), draw(AMOUNTS)
    return Share(draw(st.integers(1, 9)), paid, funded, draw(st.integers(0, paid + funded)))


@given(lines(), st.lists(st.tuples(st.integers(0, 3), st.none() | AMOUNTS), max_size=12))
def test_no_part_is_ever_more_than_is_left_and_the_last_one_takes_the_rest(whole, steps):
    before = NONE
    for count, amount in steps:
        units = min(count, whole.quantity - before.quantity)
        paid = None if amount is None else min(amount, whole.paid - before.paid)
        if not units and not paid:
            continue
        now = share_of(whole, before, units, paid)
        assert all(part >= 0 for part in astuple(now))
        before = added(before, now)
        assert all(a <= b for a, b in zip(astuple(before), astuple(whole), strict=True))

    units, left = whole.quantity - before.quantity, whole.paid - before.paid
    if units or left:
        before = added(before, share_of(whole, before, units, left))
    if whole.paid or before.quantity:
        assert (before.paid, before.funded, before.commission) == (
            whole.paid, whole.funded, whole.commission,
        )  # fmt: skip


def test_units_alone_are_shared_as_before():
    whole, before, seen = Share(3, 165_83, 10_00, 3_01), NONE, []
    for _unit in range(3):
        now = share_of(whole, before, 1)
        seen.append(now.paid)
        before = added(before, now)

    assert seen == [55_27, 55_28, 55_28]
    assert before == whole


def test_a_third_of_a_line_takes_a_third_of_what_others_gave():
    """Row 14 of the books."""
    now = share_of(Share(2, 30_00, 8_00, 3_04), NONE, 0, 10_00)

    assert now == Share(0, 10_00, 2_66, 1_01)


def test_units_after_an_amount_take_no_more_than_is_left():
    whole = Share(2, 30_00, 8_00, 3_04)
    first = share_of(whole, NONE, 0, 20_00)
    second = share_of(whole, first, 1)
    third = share_of(whole, added(first, second), 1)

    assert (second.paid, third.paid) == (10_00, 0)
    assert added(added(first, second), third) == whole
