"""What is looked for in vain is counted, within bounds, and tells nothing of who looked."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from shop.storefront.listings.search_index import count_words
from shop.storefront.models import ZeroResultSearch
from shop.storefront.search_words import not_found
from shop.storefront.search_words.not_found import forget_vain, note_vain, zero_result_searches
from tests import make
from tests.make import NOON, START
from tests.shop.storefront.previews.steps import looking

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def basket():
    made = make.product(title="Sisal basket")
    make.variant(of=made)
    make.listed(made)
    count_words(at=NOON)
    return made


def kept():
    rows = ZeroResultSearch.objects.order_by("words", "language", "is_near")
    return list(rows.values_list("words", "language", "is_near", "times"))


def shown(since=NOON - timedelta(days=30)):
    return {row["words"]: row["asked"] for row in zero_result_searches(since=since)}


def test_a_search_that_finds_nothing_is_counted_by_its_words_and_language(basket):
    Client().get("/products/", {"q": "Éléphant!"})
    Client().get("/fr/products/", {"q": "éléphant"})
    Client().get("/products/", {"q": "basket"})

    assert kept() == [("elephant", "en", False, 1), ("elephant", "fr", False, 1)]


def test_what_fits_in_part_is_counted_apart(basket):
    lamp = make.product(title="Copper lamp")
    make.variant(of=lamp)
    make.listed(lamp)
    count_words(at=NOON)

    page = Client().get("/products/", {"q": "copper basket"}).text

    assert "come near" in page
    assert kept() == [("copper basket", "en", True, 1)]


@pytest.mark.parametrize(
    "query",
    [{"country": "KE"}, {"exact": "1"}, {"sort": "price"}, {"from": "5"}, {"stock": "1"}],
    ids=lambda query: next(iter(query)),
)
def test_a_search_that_was_narrowed_says_nothing_of_its_words(basket, query):
    Client().get("/products/", {"q": "elephant"} | query)

    assert kept() == []


@pytest.mark.parametrize(
    "typed",
    [
        "asha@example.org", "asha＠example.org", "+254 700 123 456", "order 123456",
        "(020) 7946-0958", "٠٧٠٠١٢٣٤٥٦", "https://example.org/x", "www.example.org", "e" * 61,
        "ﷺ" * 9, "½ ½ ½", "①②③④⑤⑥", "!",
    ],
)  # fmt: skip
def test_what_may_tell_of_a_person_or_of_nothing_is_not_kept(typed):
    note_vain(typed, "en", is_near=False, at=NOON)

    assert kept() == []


def test_few_digits_are_words_as_others_are():
    note_vain("size 12345", "en", is_near=False, at=NOON)

    assert kept() == [("size 12345", "en", False, 1)]


def test_the_same_words_count_once_in_ten_minutes_and_are_shown_from_the_second_time_on():
    for minutes in (0, 1, 9):
        note_vain("gele", "en", is_near=False, at=NOON + timedelta(minutes=minutes))
    assert kept() == [("gele", "en", False, 1)]
    assert shown() == {}

    note_vain("GELE", "en", is_near=False, at=NOON + timedelta(minutes=10))
    note_vain("gele", "en", is_near=False, at=NOON + timedelta(days=1))

    assert shown() == {"gele": 3}
    assert shown(since=NOON + timedelta(days=1)) == {}


def test_a_flood_of_words_fills_a_day_and_no_more(monkeypatch):
    monkeypatch.setattr(not_found, "MOST_A_DAY", 3)
    for n in range(9):
        note_vain(f"made up {n}", "en", is_near=False, at=NOON)

    note_vain("made up 1", "en", is_near=False, at=NOON + HOUR)
    note_vain("of tomorrow", "en", is_near=False, at=NOON + timedelta(days=1))

    assert [row[0] for row in kept()] == ["made up 0", "made up 1", "made up 2", "of tomorrow"]
    assert shown() == {"made up 1": 2}


def test_counting_takes_one_statement_and_waits_for_no_disk(django_assert_num_queries):
    with django_assert_num_queries(3):  # the savepoint of the test, and the statement
        note_vain("gele", "en", is_near=False, at=NOON)

    with connection.cursor() as cursor:
        cursor.execute("SHOW synchronous_commit")
        assert cursor.fetchone() == ("off",)


def test_a_preview_counts_nothing():
    festival = make.festival()

    page = looking(festival, START).get("/products/", {"q": "elephant"})

    assert page.status_code == 200
    assert "Nothing" in page.text
    assert kept() == []


@pytest.mark.django_db(transaction=True)
def test_where_nothing_can_be_written_the_page_does_without(basket, caplog):
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    connection.close()
    try:
        page = Client().get("/products/", {"q": "elephant"})
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET default_transaction_read_only = off")
            cursor.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
        connection.close()

    assert page.status_code == 200
    assert "was not counted" in caplog.text
    assert kept() == []


def test_a_transaction_goes_on_where_counting_fails(basket, caplog):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE shop_vainsearch RENAME TO gone")

    page = Client().get("/products/", {"q": "elephant"})

    assert page.status_code == 200
    assert "was not counted" in caplog.text
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gone RENAME TO shop_vainsearch")
    assert kept() == []


def test_what_was_looked_for_is_forgotten_after_ninety_days():
    note_vain("old", "en", is_near=False, at=NOON - timedelta(days=91))
    note_vain("young", "en", is_near=False, at=NOON - timedelta(days=90))

    assert forget_vain(at=NOON) == 1
    assert [row[0] for row in kept()] == ["young"]


@pytest.mark.django_db(transaction=True)
def test_all_who_look_for_it_at_once_are_counted_once():
    def look(_number):
        try:
            note_vain("gele", "en", is_near=False, at=NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as shoppers:
        list(shoppers.map(look, range(24)))

    assert kept() == [("gele", "en", False, 1)]
