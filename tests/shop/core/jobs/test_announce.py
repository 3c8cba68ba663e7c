"""Whoever watches hears of each piece of the periodic work, and cannot stop it."""

import pytest

from shop.core.jobs.announce import piece_began, piece_ended, told
from shop.core.jobs.models import FailedJob
from shop.core.jobs.pace import TooLong
from shop.management.commands.beat import Command, Round
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard():
    """Yield what a listener hears."""
    kept = []

    def began(name, **_facts):
        kept.append(name)
        raise RuntimeError("The listener fails.")

    def ended(name, error, **_facts):
        kept.append((name, error))

    piece_began.connect(began)
    piece_ended.connect(ended)
    yield kept
    piece_began.disconnect(began)
    piece_ended.disconnect(ended)


def test_a_piece_is_told_whatever_the_listener_does(heard):
    done = []

    Command()._run(901, Round("count", lambda *, at: done.append(at), 1), at=NOON)

    assert done == [NOON]
    assert heard == ["count", ("count", "")]
    assert not FailedJob.objects.exists()


def test_one_that_fails_is_told_by_the_kind_of_its_error(heard):
    def fails(*, at):
        raise ValueError("of lin@example.org")

    Command()._run(902, Round("count", fails, 1), at=NOON)

    assert heard == ["count", ("count", "ValueError")]
    assert FailedJob.objects.get().round == "count"


def test_one_that_is_interrupted_is_told_as_well(heard):
    with pytest.raises(TooLong), told("count"):
        raise TooLong

    assert heard == ["count", ("count", "TooLong")]
