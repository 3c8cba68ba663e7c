"""The clock of a visit is called by its town, where the town has no other."""

from datetime import UTC, datetime

import pytest

from shop.people.merchants.models import Merchant

WINTER = datetime(2027, 1, 12, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("country", "city", "zone", "said"),
    [
        ("KE", "Nairobi", "Africa/Nairobi", "Nairobi"),
        ("TZ", "Arusha", "Africa/Nairobi", "Arusha"),  # another name of the same hour
        ("NG", "Lagos", "Africa/Nairobi", "East Africa Time"),
        ("CD", "Goma", "Africa/Kinshasa", "West Africa Standard Time"),  # which has two hours
        ("KE", "", "Africa/Nairobi", "East Africa Time"),
    ],
)
def test_a_visit_is_told_by_its_town_or_else_by_its_zone(country, city, zone, said):
    host = Merchant(country=country, city=city)

    assert host.place_of_clock(WINTER, zone, "en") == said
