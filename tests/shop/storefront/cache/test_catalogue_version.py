from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.catalogue.delivery.models import Country
from shop.festivals.models import PriceChange
from shop.festivals.prices import spans
from shop.storefront.cache import catalogue_version
from shop.storefront.cache.catalogue_version import current_version
from tests import make
from tests.make import END, NOON, START

pytestmark = pytest.mark.django_db

MIDNIGHT = NOON.replace(hour=0)


def fresh(at):
    catalogue_version.forget()
    return current_version(at=at)


def test_a_process_asks_once_a_second():
    with CaptureQueriesContext(connection) as asked:
        first = current_version(at=NOON)
        assert current_version(at=NOON + timedelta(milliseconds=999)) is first
        assert current_version(at=NOON + timedelta(seconds=1)) is not first

    assert len(asked) == 2


def test_a_turn_of_prices_is_not_slept_through():
    make.festival(ends_at=NOON + timedelta(milliseconds=500))
    before = current_version(at=NOON)

    after = current_version(at=NOON + timedelta(milliseconds=500))

    assert before.ends_at == after.starts_at == NOON + timedelta(milliseconds=500)
    assert (before.festival is None, after.festival is None) == (False, True)


def test_prices_turn_where_the_span_of_a_product_ends():
    kettle = make.variant(20_00)
    at = NOON - timedelta(days=10)
    make.reprice(kettle, 18_00, at=at - timedelta(hours=1))

    assert fresh(at).starts_at == at - timedelta(hours=1)
    assert fresh(at - timedelta(hours=2)).ends_at == at - timedelta(hours=1)


def test_prices_turn_with_festivals_and_their_slots():
    festival = make.festival()
    slot = {"starts_at": NOON - timedelta(hours=1), "ends_at": NOON + timedelta(hours=1)}
    make.slot(festival, **slot)

    assert (fresh(NOON).starts_at, fresh(NOON).ends_at) == tuple(slot.values())
    assert fresh(START - timedelta(hours=1)).ends_at == START
    assert fresh(END).starts_at == END


def test_pages_name_days_so_midnight_is_a_turn():
    make.festival()

    known = fresh(NOON)

    assert (known.starts_at, known.ends_at) == (MIDNIGHT, MIDNIGHT + timedelta(days=1))


def test_a_draft_turns_nothing_and_is_not_told():
    make.festival(state="draft", starts_at=NOON - timedelta(hours=1))

    known = fresh(NOON)

    assert (known.festivals, known.starts_at) == ((), MIDNIGHT)


def test_every_change_gives_another_revision():
    before = fresh(NOON).revision

    spans.mark_change("a test", at=NOON)

    assert fresh(NOON).revision != before


def test_a_change_that_commits_late_gives_another_revision_too():
    PriceChange.objects.create(id=900_002, at=NOON, what="took its number second")
    before = fresh(NOON).revision

    PriceChange.objects.create(id=900_001, at=NOON, what="took its number first")

    assert fresh(NOON).revision > before


def test_of_two_festivals_the_one_of_higher_priority_is_shown():
    make.festival(priority=1, title="Small")
    make.festival(priority=5, title="Large")
    make.festival(starts_at=END + timedelta(days=9), ends_at=END + timedelta(days=10))
    make.festival(starts_at=END, ends_at=END + timedelta(days=1), title="Next")

    known = fresh(NOON)

    assert [festival.title for festival in known.live] == ["Large", "Small"]
    assert known.festival.title == "Large"
    assert known.next_festival.title == "Next"
    assert known.next_festival.starts_at == datetime(2027, 5, 20, tzinfo=UTC)


def test_countries_that_are_closed_are_not_served():
    for code, service in (("CN", "open"), ("FR", "check"), ("XX", "closed_until_checked")):
        Country.objects.create(
            code=code, zone="Z", service=service, currency="USD", seen_on="2026-11-24"
        )

    assert fresh(NOON).served == {"CN", "FR"}
