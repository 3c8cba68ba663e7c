"""Pages say when all is deleted, and none outlives that."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.core.demonstration.resets import last_reset, next_reset
from shop.storefront.cache import catalogue_version
from tests import make

AT = datetime(2026, 5, 3, 14, 20, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "before", "after"),
    [(60, (14, 0), (15, 0)), (10, (14, 20), (14, 30)), (90, (13, 30), (15, 0))],
)
def test_it_is_put_back_at_even_times_of_the_clock(settings, minutes, before, after):
    settings.DEMO_RESETS = minutes

    assert last_reset(AT) == AT.replace(hour=before[0], minute=before[1], second=0)
    assert next_reset(AT) == AT.replace(hour=after[0], minute=after[1], second=0)
    assert next_reset(next_reset(AT)) == next_reset(AT) + timedelta(minutes=minutes)


def test_the_demo_and_its_pages_mean_the_same_instant(settings):
    from tools.scripts import demo_public  # noqa: PLC0415 (no part of the shop)

    for minutes in (10, 25, 60, 90, 1440):
        settings.DEMO_RESETS = minutes
        assert demo_public.next_reset(AT, minutes) == next_reset(AT)


@pytest.mark.django_db
def test_no_page_outlives_the_time_that_it_names(public):
    version = catalogue_version.current_version(at=AT)

    assert version.starts_at == AT.replace(minute=0, second=0)
    assert version.ends_at == AT.replace(hour=15, minute=0, second=0)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["", "/fr", "/zh-hans", "/ar", "/sw", "/pt"])
def test_a_line_on_every_page_says_when_all_is_deleted(client, public, clock_at, language):
    clock_at(AT)

    for path in ("/", "/products/", "/cart/", "/account/login/", "/demonstration/"):
        page = client.get(f"{language}{path}").text
        assert 'class="demo-line"' in page
        assert "18:00" in page  # in Nairobi


@pytest.mark.django_db
def test_a_real_shop_has_no_such_line_and_no_such_page(client):
    make.variant()

    assert "demo-line" not in client.get("/products/").text
    assert client.get("/demonstration/").status_code == 404


@pytest.mark.django_db
def test_the_line_costs_no_statement(public):
    def statements():
        nothing_is_kept()
        with CaptureQueriesContext(connection) as asked:
            Client().get("/products/")
        return len(asked)

    make.variant()
    statements()
    with_line = statements()
    public.DEMO_RESETS = 0

    assert with_line == statements() > 0


def nothing_is_kept():
    """Forget the pages and the version that this process knows."""
    catalogue_version.forget()
    for cache in caches.all():
        cache.clear()


@pytest.mark.django_db
def test_search_engines_are_told_to_stay_away(client, public):
    for path in ("/", "/products/", "/robots.txt", "/nowhere/"):
        assert client.get(path).headers["X-Robots-Tag"] == "noindex, nofollow"


@pytest.mark.django_db
def test_the_desk_of_organizers_says_so_too(client, public):
    from tests.cms.dashboard.people import organizer  # noqa: PLC0415

    client.force_login(organizer())

    assert "demo-line" in client.get("/organize/").text
