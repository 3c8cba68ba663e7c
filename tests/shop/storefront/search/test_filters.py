from dataclasses import fields
from itertools import combinations

import pytest
from django.http import QueryDict

from shop.storefront.search.conditions import Conditions
from shop.storefront.search.filters import Filters, KnownFilters, ListPlace, read_filters
from tests.make import NOON

KNOWN = KnownFilters(
    categories=frozenset({"home", "home/rugs"}),
    stores=frozenset({"a-b", "c"}),
    slots=frozenset({0, 7}),  # no slot has the number 0; a filter that has it is one all the same
)
# Values that each field can take beside the one of an empty list, above all those that are
# false to Python.
VALUES = {
    "countries": [("KE",), ("KE", "RW")],
    "category": ["home", "home/rugs"],
    "stores": [("a-b",), ("a-b", "c")],
    "low": [0, 5_00],
    "high": [9_00, 120_50],
    "in_festival": [True],
    "in_flash": [True],
    "slot": [0, 7],
    "kind": ["goods", "experience"],
    "in_stock": [True],
    "words": ["tea pot", "篮子", "0"],
    "is_exact": [True],
    "sort": ["price", "-price", "saving", "newest"],
    "place": [ListPlace(0, 0), ListPlace(-1, 12), ListPlace(900, 12, is_before=True)],
    "has_bad_price": [True],
}
SINGLE = [{name: value} for name, values in VALUES.items() for value in values]
PAIRS = [
    one | other
    for one, other in combinations(SINGLE, 2)
    if one.keys() != other.keys()
    and (one, other) != ({"sort": "newest"}, {"place": ListPlace(-1, 12)})
]
FULL = (
    "country=KE&country=RW&category=home%2Frugs&store=a-b&from=5&to=120.50&festival=1&deal=flash"
    "&slot=7&kind=experience&stock=1&q=tea+pot&sort=-price&after=900.12"
)


def read(query):
    return read_filters(QueryDict(query), KNOWN)


def test_everything_that_a_list_takes_is_read():
    assert read(FULL) == Filters(
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
        place=ListPlace(900, 12),
    )


def test_what_was_read_is_written_back_in_one_way():
    assert read(FULL).query() == FULL
    assert read("&".join(reversed(FULL.split("&")))).query() == FULL


@pytest.mark.parametrize(
    "query",
    [
        "country=XX", "country=kenya", "country=", "category=../etc", "category=a/b/c",
        "category=homes", "category=home/", "category=Home", "store=nobody", "store=A-B",
        "category=%00", "store=a%20b", "store=%3Cscript%3E", "sort=upwards", "deal=all",
        "slot=-1", "slot=9999999999999999999", "slot=%C2%B2", "slot=8", "slot=", "slot=7.0",
        "kind=food", "festival=yes", "from=", "to=%20",
        "stock=true", "q=", "q=%00%01", "q=!!!", "after=1", "after=x.y", "before=1.2.3",
        "after=99999999999999999999.1", "after=%D9%A1.%D9%A2", "before=", "utm_source=mail",
        "page=2",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_left_out(query):
    assert read(query) == Filters()
    assert read(query).query() == ""


def test_a_place_outside_of_all_calendars_is_left_out_of_the_newest_first():
    assert read("sort=newest&after=-1.5") == Filters(sort="newest")
    assert read("sort=price&after=-1.5").place == ListPlace(-1, 5)


def test_values_are_known_for_every_field():
    assert VALUES.keys() == {field.name for field in fields(Filters)}


@pytest.mark.parametrize("asked", [*SINGLE, *PAIRS], ids=str)
def test_a_list_is_read_from_its_query_as_it_was_written(asked):
    filters = Filters(**asked)

    assert read(filters.query()) == filters


def test_whatever_makes_a_condition_stands_in_the_query():
    lists = [Filters(), *(Filters(**asked) for asked in SINGLE)]
    conditions = [Conditions.of(filters, at=NOON, festivals=()) for filters in lists]

    assert len({filters.query() for filters in lists}) == len(lists)
    for filters, condition in zip(lists, conditions, strict=True):
        assert filters.query() or condition == conditions[0]


@pytest.mark.parametrize(
    ("query", "is_common"),
    [
        ("", True), ("sort=price", True), ("country=KE", True), ("category=home&stock=1", True),
        ("slot=7&festival=1&sort=newest", True), ("deal=flash&kind=goods", True),
        ("country=KE&country=RW", False), ("country=KE&category=home", False),
        ("store=a-b&store=c", False), ("store=c&slot=7", False), ("slot=0&country=KE", False),
        ("country=KE&stock=1&festival=1", False), ("deal=flash&kind=goods&stock=1", False),
        ("from=1", False), ("to=0", False), ("from=x", False), ("q=tea", False),
        ("after=1.2", False), ("before=0.0", False),
    ],
)  # fmt: skip
def test_what_can_be_put_together_without_end_is_not_common(query, is_common):
    assert read(query).is_common is is_common


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("12", 12_00), ("12.5", 12_50), ("12,50", 12_50), (" 7 ", 7_00), ("0", 0), ("1e3", 1000_00)],
)
def test_a_price_is_read_as_people_type_it(typed, amount):
    query = QueryDict(mutable=True)
    query.update({"from": typed})

    assert read_filters(query, KNOWN).low == amount


@pytest.mark.parametrize(
    "typed",
    ["abc", "-1", "1e99", "9E+999998", "NaN", "Infinity", "١٢", "1.2.3", "9" * 4000],
)
def test_a_price_that_is_none_is_told_apart_from_no_price(typed):
    query = QueryDict(mutable=True)
    query.update({"from": typed})

    filters = read_filters(query, KNOWN)

    assert (filters.low, filters.has_bad_price) == (None, True)
    assert filters.query() == "from=%3F"


def test_beside_a_price_that_is_none_the_other_one_counts():
    assert read("from=5&to=x").query() == "from=5&to=%3F"
    assert read("from=x&to=5").query() == "to=5&from=%3F"


def test_a_range_that_was_typed_backwards_is_turned():
    filters = read("from=20&to=5")

    assert (filters.low, filters.high) == (5_00, 20_00)


def test_a_search_is_cut_at_a_hundred_letters():
    assert len(read(f"q={'a' * 5000}").words) == 100


def test_a_change_leads_to_the_first_page():
    filters = read(FULL)

    assert filters.changed(countries=()).place is None
    assert filters.cleared() == Filters(words="tea pot", sort="-price")
