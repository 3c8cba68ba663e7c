"""The whole sample answers what people ask of it about as well as it did when this was written."""

import io

import pytest

from sample.edition import edition
from sample.loading import write_rows
from sample.progress import Progress
from shop.catalogue.models import Product
from shop.core import clock
from shop.storefront.listings.popularity import refresh_popularity
from shop.storefront.listings.search_index import count_words
from shop.storefront.search.filters import Filters
from shop.storefront.search.find import FoundProducts, find
from shop.storefront.search.understand import understand
from tests.sample.judged.measuring import (
    NONSENSE,
    in_best_order,
    judged,
    measure,
    ndcg,
    second_reader,
    summary,
)
from tests.sample.loaded import DAY_0, root_collection

pytestmark = pytest.mark.django_db
# Measured on 3 December: 0.84 and 0.79; what sold alike moves it by a hundredth.
FLOORS = {"tuned": 0.82, "held": 0.77}


@pytest.fixture
def articles(settings, clock_at):
    """Load the sample; return the articles of products, by id."""
    settings.DEMO = True
    clock_at(DAY_0)
    root_collection()
    whole = edition(at=clock.now())
    write_rows(whole, Progress(io.StringIO()))
    refresh_popularity(at=clock.now())
    count_words(at=clock.now())
    known = {(store.slug, product.title): product.sku for store, product in whole.products()}
    rows = Product.objects.values_list("pk", "merchant__slug", "title")
    return {pk: known[slug, title] for pk, slug, title in rows}


def answer(query, language, place=None):
    """Return a page of what is found."""
    filters, search = Filters(words=query, sort="best", place=place), understand(query, language)
    asked = {"at": clock.now(), "festivals": (), "language": language}
    return find(filters, search=search, **asked) if search else FoundProducts((), None, None)


def everything(query, language):
    """Return all products that are found, page by page."""
    page = answer(query, language)
    rows = list(page.rows)
    while page.next:
        page = answer(query, language, page.next)
        rows += page.rows
    return rows


@pytest.mark.long
def test_searches_find_what_people_judged_to_answer_them(articles):
    known = set(articles.values())
    for half, floor in FLOORS.items():
        assert {sku for one in judged(half) for sku in one.grades} <= known
        outcomes = measure(
            half, lambda *asked: [articles[row.product_id] for row in answer(*asked).rows]
        )
        reached = summary(outcomes)
        print(half, reached, "in the best order", best_order(half, articles))  # noqa: T201 (pytest -s)
        assert reached["ndcg"] >= floor, reached
        assert reached["empty"] <= 0.03, reached
        assert reached["nonsense"] >= 0.8, reached


def best_order(half, articles):
    """Return what everything that is found would reach in the best order."""

    def best(query, language):
        found = [articles[row.product_id] for row in everything(query, language)]
        return in_best_order(found, grades[language, query])

    grades = {(one.language, one.query): one.grades for one in judged(half)}
    return summary(measure(half, best))["ndcg"]


def test_another_reader_picks_what_was_judged_to_answer():
    picked = second_reader()
    for half in FLOORS:
        outcomes = measure(half, lambda query, language: picked.get((language, query), []))
        assert summary(outcomes)["ndcg"] > 0.95


def test_the_judged_searches_are_of_every_kind_and_language_in_both_halves():
    halves = {half: judged(half) for half in FLOORS}
    assert sum(len(half) for half in halves.values()) == 220
    for half in halves.values():
        assert {one.language for one in half} == {"en", "fr", "zh-hans", "ar", "sw", "pt"}
        assert len({one.kind for one in half}) == 18
        assert all(bool(one.grades) != (one.kind == NONSENSE) for one in half)


def test_gain_is_discounted_by_place():
    grades = {"a": 3, "b": 2, "c": 1}
    assert ndcg(["a", "b", "c"], grades) == 1
    assert 0 < ndcg(["c", "b", "a"], grades) < ndcg(["b", "a", "c"], grades) < 1
    assert ndcg(["x", "y"], grades) == ndcg([], grades) == 0
