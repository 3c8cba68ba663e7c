import pytest
from django.http import QueryDict

from shop.storefront.filters import Filters, Place, canonical, read_filters

FULL = (
    "country=KE&country=RW&category=home%2Frugs&store=a-b&from=5&to=120.50&festival=1&deal=flash"
    "&slot=7&kind=experience&stock=1&q=tea+pot&sort=-price&after=900.12"
)


def test_everything_that_a_list_takes_is_read():
    assert read_filters(QueryDict(FULL)) == Filters(
        countries=("KE", "RW"),
        category="home/rugs",
        stores=("a-b",),
        low=5_00,
        high=120_50,
        in_festival=True,
        in_flash=True,
        slot=7,
        kind="experience",
        in_stock=True,
        words="tea pot",
        sort="-price",
        place=Place(900, 12),
    )


def test_what_was_read_is_written_back_in_one_way():
    assert canonical(QueryDict(FULL)) == FULL
    assert canonical(QueryDict("&".join(reversed(FULL.split("&"))))) == FULL


@pytest.mark.parametrize(
    "query",
    [
        "country=XX", "country=kenya", "country=", "category=../etc", "category=a/b/c",
        "category=%00", "store=a%20b", "store=%3Cscript%3E", "sort=upwards", "deal=all",
        "slot=-1", "slot=9999999999999999999", "slot=%C2%B2", "kind=food", "festival=yes",
        "stock=true", "q=", "q=%00%01", "q=!!!", "after=1", "after=x.y", "before=1.2.3",
        "after=99999999999999999999.1", "utm_source=mail", "page=2",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_left_out(query):
    assert read_filters(QueryDict(query)) == Filters()
    assert canonical(QueryDict(query)) == ""


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("12", 12_00), ("12.5", 12_50), ("12,50", 12_50), (" 7 ", 7_00), ("0", 0), ("1e3", 1000_00)],
)
def test_a_price_is_read_as_people_type_it(typed, amount):
    query = QueryDict(mutable=True)
    query.update({"from": typed})

    assert read_filters(query).low == amount


@pytest.mark.parametrize(
    "typed", ["abc", "-1", "1e99", "NaN", "Infinity", "١٢", "1.2.3", "9" * 4000]
)
def test_a_price_that_is_none_is_told_apart_from_no_price(typed):
    query = QueryDict(mutable=True)
    query.update({"from": typed})

    filters = read_filters(query)

    assert (filters.low, filters.has_bad_price) == (None, True)
    assert canonical(query) == "from=%3F"


def test_a_range_that_was_typed_backwards_is_turned():
    filters = read_filters(QueryDict("from=20&to=5"))

    assert (filters.low, filters.high) == (5_00, 20_00)


def test_a_search_is_cut_at_a_hundred_letters():
    assert len(read_filters(QueryDict(f"q={'a' * 5000}")).words) == 100


def test_a_change_leads_to_the_first_page():
    filters = read_filters(QueryDict(FULL))

    assert filters.changed(countries=()).place is None
    assert filters.cleared() == Filters(words="tea pot", sort="-price")
