"""Each item of periodic work stands alone: what fails or takes long stands in nobody's way."""

import re
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection
from django.db.models import F

from shop.catalogue.stock.models import Pool
from shop.core.errors import StaleState
from shop.core.jobs import each, failed_jobs, pace, repeat
from shop.core.jobs.models import FailedJob, JobBacklog
from shop.core.jobs.words import words_of
from shop.orders.models import Order
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def nobody_stopped():
    yield
    pace.go_on()


def pools(*numbers):
    return [Pool.objects.create(on_hand=number) for number in numbers]


def use_up(pool):
    """Take a unit: the database refuses where there is none."""
    Pool.objects.filter(pk=pool.pk).update(on_hand=F("on_hand") - 1)


def on_hand():
    return list(Pool.objects.order_by("pk").values_list("on_hand", flat=True))


@pytest.mark.django_db(transaction=True)
def test_what_fails_is_listed_and_all_behind_it_have_their_turn():
    _, empty, _ = pools(3, 0, 5)

    assert each("use up", Pool.objects.order_by("pk"), use_up, at=NOON) == 2

    assert on_hand() == [2, 0, 4]
    found = FailedJob.objects.get()
    assert (found.round, found.kind, found.key) == ("use up", "shop.pool", str(empty.pk))
    assert (found.error, found.count, found.is_open) == ("IntegrityError", 1, True)
    assert "violates check constraint" in found.words
    assert re.search(r"shop/core/jobs/work\.py:\d+", found.place)


def test_a_failed_job_counts_on_and_closes_itself_when_it_succeeds():
    (pool,) = pools(1)

    for minute in range(3):
        each("mend", [pool], lambda _: 1 / 0, at=NOON + timedelta(minutes=minute))
    found = FailedJob.objects.get()
    assert (found.count, found.first_at, found.last_at) == (3, NOON, NOON + timedelta(minutes=2))
    each("mend", [pool], lambda _: False, at=LATER)
    assert FailedJob.objects.get().is_open  # left as it was is not mended
    each("mend", [pool], lambda _: None, at=LATER)

    found = FailedJob.objects.get()
    assert (found.closed_at, found.closed_by, found.reason) == (LATER, None, "It succeeded.")
    each("mend", [pool], lambda _: 1 / 0, at=LATER)
    assert FailedJob.objects.filter(closed_at=None).count() == 1


def test_the_same_row_in_another_round_is_another_failed_job():
    (pool,) = pools(1)
    for name in ("mend", "count"):
        each(name, [pool], lambda _: 1 / 0, at=NOON)

    each("count", [pool], lambda _: None, at=NOON)

    assert FailedJob.objects.get(closed_at=None).round == "mend"


def test_those_that_a_round_did_not_come_to_are_the_first_of_the_next():
    pools(1, 2, 3, 4, 5)
    rows, seen = Pool.objects.order_by("pk"), []

    for _ in range(7):  # no time at all: one item each round
        each("look", rows, lambda pool: seen.append(pool.on_hand), at=NOON, seconds=0)

    assert seen == [1, 2, 3, 4, 5, 1, 2]
    each("look", rows, lambda pool: seen.append(pool.on_hand), at=NOON)
    assert seen[7:] == [3, 4, 5, 1, 2]
    assert not JobBacklog.objects.get().keys


def test_one_that_always_fails_does_not_stand_before_new_ones_for_ever():
    bad, _ = pools(0, 1)
    seen = []

    def look(pool):
        seen.append(pool.on_hand)
        assert pool.pk != bad.pk

    for new in (2, 3, 4):
        each("look", Pool.objects.order_by("pk"), look, at=NOON, seconds=0)
        pools(new)
    for _ in range(4):
        each("look", Pool.objects.order_by("pk"), look, at=NOON, seconds=0)

    assert seen == [0, 1, 0, 2, 1, 3, 0]


def test_the_time_of_the_beat_bounds_that_of_a_round():
    seen = []

    with pace.limited(0):
        each("look", ["a", "b"], seen.append, at=NOON, seconds=60)

    assert seen == ["a"]


def test_a_process_that_was_told_to_end_begins_no_further_item():
    seen = []

    def end_after(word):
        seen.append(word)
        pace.stop()

    each("look", ["a", "b", "c"], end_after, at=NOON)

    assert seen == ["a"]
    assert JobBacklog.objects.get().keys == [["", "b"], ["", "c"]]


def test_work_in_steps_ends_when_the_process_is_told_to():
    steps = []

    def step():
        steps.append(1)
        if len(steps) == 2:
            pace.stop()
        return 1 if len(steps) < 9 else 0

    assert repeat(step) == 2


def test_what_somebody_else_settled_meanwhile_is_left_out_and_closed():
    first, second = pools(1, 1)
    each("look", [second], lambda _: 1 / 0, at=NOON)
    seen = []

    def take_both(pool):
        seen.append(pool)
        Pool.objects.update(on_hand=0)

    each("look", Pool.objects.filter(on_hand=1).order_by("pk"), take_both, at=LATER)

    assert seen == [first]
    assert not FailedJob.objects.get().is_open


def test_ids_tell_which_rows_they_are():
    (pool,) = pools(1)

    each("look", [pool.pk], lambda _: 1 / 0, at=NOON, about=Pool)
    each("look", [(pool, "x")], lambda _: 1 / 0, at=NOON, about=lambda pair: pair[0])

    found = FailedJob.objects.get()
    assert (found.kind, found.key, found.count) == ("shop.pool", str(pool.pk), 2)


def test_what_takes_far_too_long_is_a_failed_job_and_the_next_has_its_turn():
    seen = []

    def hang(word):
        if word == "a":
            raise pace.TooLong
        seen.append(word)

    assert each("look", ["a", "b"], hang, at=NOON) == 1
    assert seen == ["b"]
    assert FailedJob.objects.get().error == "TooLong"


def test_neither_log_nor_list_names_anybody(caplog):
    order = make.order({make.variant(20_00): 1})
    contact = order.contact

    def fail(order):
        raise ValueError(
            f"{contact.email} of '{contact.name}' at /orders/{order.number}/{order.token}/"
        )

    each("tell", Order.objects.all(), fail, at=NOON)

    found = FailedJob.objects.get()
    said = f"{found.words} {found.place} {caplog.text}"
    assert order.number in found.words
    for secret in (contact.email, contact.name, order.token):
        assert secret not in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (KeyError("O'Brien \"Jane\" Doe"), "…"),
        (ValueError("no name like “Jane” Doe’s here"), "no name like …s here"),
        (ProgrammingError('column "x_y" of relation "Jane Doe" is missing'),
         'column "x_y" of relation … is missing'),
        (RuntimeError("only words"), "only words"),
    ],
)  # fmt: skip
def test_names_with_marks_in_them_are_left_out_whole(error, said):
    assert words_of(error) == said


@pytest.mark.django_db(transaction=True)
def test_of_a_row_that_the_database_refuses_no_value_is_kept(caplog):
    make.user(email="jane@example.com")

    each("join", ["x"], lambda _: make.user(email="JANE@example.com"), at=NOON)

    found = FailedJob.objects.get()
    assert 'unique constraint "' in found.words
    assert "jane" not in f"{found.words} {caplog.text}".lower()


def test_of_two_who_close_the_same_the_first_is_kept():
    each("look", ["x"], lambda _: 1 / 0, at=NOON)
    seen = FailedJob.objects.get()
    failed_jobs.close(seen, "Mended", at=NOON, by=make.user())

    with pytest.raises(StaleState):
        failed_jobs.close(seen, "Not ours", at=LATER, by=make.user())

    assert FailedJob.objects.get().reason == "Mended"


def test_old_failed_jobs_close_and_go(db):
    (pool,) = pools(1)
    each("look", [pool], lambda _: 1 / 0, at=NOON)

    failed_jobs.forget_failed_jobs(at=NOON + timedelta(days=2))
    assert FailedJob.objects.get().is_open
    failed_jobs.forget_failed_jobs(at=NOON + timedelta(days=2, seconds=1))
    assert FailedJob.objects.get().reason == "It did not come up again for two days."
    failed_jobs.forget_failed_jobs(at=NOON + timedelta(days=93))
    assert not FailedJob.objects.exists()


def test_a_round_without_anything_to_do_costs_two_statements(django_assert_max_num_queries):
    with django_assert_max_num_queries(2):
        each("look", Pool.objects.filter(on_hand=7), use_up, at=NOON)
    assert connection.is_usable()
