"""Limits are counted in one place: by all processes together, and until their time is over."""

import subprocess
import sys
from datetime import timedelta

import pytest
from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

from shop.core import clock
from shop.core.rate_limits.allauth_limits import join_allauth
from shop.core.rate_limits.models import RateLimitCount
from shop.core.rate_limits.store import forget_limits, limits
from tests import make
from tests.crowd import at_once
from tests.patience import PATIENCE
from tests.processes import environment

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
DAY = 24 * 60 * 60
WAIT = "Too many attempts. Try again in a few minutes."


def sign_in(client, address, password="not-the-password"):  # noqa: S107
    return client.post("/account/login/", {"login": address, "password": password}).text


@with_threads
def test_two_processes_allow_five_tries_together_and_not_ten():
    make.user("amara@example.org")
    command = [sys.executable, "-m", "tests.shop.core.rate_limits.signing_in", "amara@example.org"]
    two = [
        subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    told = [int(process.communicate(timeout=PATIENCE)[0]) for process in two]

    assert sum(told) == 5


def test_who_is_locked_out_stays_so_however_many_pages_are_called_up(client):
    make.user("amara@example.org")
    for _ in range(5):
        assert WAIT not in sign_in(client, "amara@example.org")
    for number in range(3_000):
        cache.set(f"page:{number}", "page")

    assert WAIT in sign_in(client, "amara@example.org", "baobab-tree")

    cache.clear()
    assert WAIT in sign_in(client, "amara@example.org", "baobab-tree")


def test_who_makes_up_many_addresses_pushes_no_lock_out_away():
    limits.set("locked", [1.5], DAY)
    for number in range(2_500):
        limits.set(f"made-up-{number}", [1.5], DAY)

    assert limits.get("locked") == [1.5]
    assert RateLimitCount.objects.count() == 2_501


@with_threads
def test_of_many_that_add_at_once_one_is_told_so():
    limits.set("lock", 1, -1)  # an old one lies there

    added = at_once([lambda: limits.add("lock", 1, PATIENCE) for _ in range(8)])

    assert sorted(added) == [False] * 7 + [True]


@with_threads
def test_of_many_tries_at_once_each_has_a_number_of_its_own():
    limits.set("tries", 40, -1)  # those of an earlier time do not count

    counted = at_once([lambda: limits.count("tries", seconds=300) for _ in range(8)])

    assert sorted(counted) == [1, 2, 3, 4, 5, 6, 7, 8]


def test_tries_are_counted_from_the_first_one_and_anew_when_its_time_is_over():
    first, second = (limits.count("tries", seconds=DAY) for _ in range(2))
    until = RateLimitCount.objects.get().until
    limits.count("tries", seconds=2 * DAY)
    assert (first, second, RateLimitCount.objects.get().until) == (1, 2, until)

    RateLimitCount.objects.update(until=clock.now())

    assert [limits.count("tries", seconds=DAY) for _ in range(2)] == [1, 2]


def test_what_is_over_is_not_there_and_is_forgotten_and_the_rest_stays():
    limits.set("old", "y", -1)
    limits.set("new", "y", DAY)

    assert (limits.get("old"), limits.get("new")) == (None, "y")
    assert (limits.add("new", "z", 300), limits.get("new")) == (False, "y")
    assert (limits.delete("old"), limits.delete("new")) == (False, True)

    limits.set("old", "y", -1)
    limits.set("new", "y", DAY)
    assert forget_limits(at=clock.now() + timedelta(seconds=1)) == 1
    assert limits.get("new") == "y"


def test_allauth_that_counts_elsewhere_stops_the_start(monkeypatch):
    monkeypatch.setattr(ratelimit, "cache", LocMemCache("elsewhere", {}))

    with pytest.raises(RuntimeError, match="counts in a place that is not known"):
        join_allauth()
