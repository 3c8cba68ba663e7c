import pytest
from django.core.cache import cache

from shop.catalogue.models import Category
from shop.storefront.listing.facets import facets_of, shown
from shop.storefront.search.filters import Filters
from tests import make
from tests.make import LONG_AGO, NOON

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def goods():
    """List two baskets and a rug of Kenya, and one rug of Rwanda."""
    rugs = Category.objects.create(path="home/rugs", name="Rugs", names={"fr": "Tapis"})
    Category.objects.create(path="home", name="Home", names={"fr": "Maison"})
    Category.objects.create(path="food", name="Food", position=1)
    kenyan = make.merchant(country="KE", name="Kisumu Weave", slug="kisumu")
    rwandan = make.merchant(country="RW", name="Kigali Weave", slug="kigali")
    products = [make.product(of=kenyan), make.product(of=kenyan)]
    products += [make.product(of=store, category=rugs) for store in (kenyan, rwandan)]
    for number, product in enumerate(products):
        make.variant(10_00 + number * 100, of=product)
    make.listed(*products)


def facets(language="en", **asked):
    filters = Filters(**asked)
    return facets_of(filters, at=NOON, since=LONG_AGO, festivals=(), language=language)


def counted(options):
    return {option.label: option.count for option in options}


def test_each_choice_says_how_many_products_it_would_show():
    found = facets()

    assert found.total == 4
    assert counted(found.countries) == {"Kenya": 3, "Rwanda": 1}
    assert counted(found.categories) == {"Home": 4}
    assert counted(found.stores) == {"Kisumu Weave": 3, "Kigali Weave": 1}


def test_a_choice_counts_as_if_it_were_made_beside_the_other_filters():
    found = facets(countries=("KE",), category="home/rugs")

    assert found.total == 1
    assert counted(found.countries) == {"Kenya": 1, "Rwanda": 1}
    assert counted(found.categories) == {"Home": 3, "Kitchen": 2, "Rugs": 1}
    assert counted(found.stores) == {"Kisumu Weave": 1}


def test_prices_count_too():
    assert facets(low=13_00).total == 1
    assert counted(facets(low=13_00).countries) == {"Rwanda": 1}


def test_what_is_chosen_stays_to_be_unticked_when_nothing_is_left():
    found = facets(countries=("GH",), stores=("kigali", "gone"), category="home/none")

    assert found.total == 0
    assert [(o.label, o.count) for o in found.countries if o.is_on] == [("Ghana", 0)]
    assert [(o.label, o.count) for o in found.stores if o.is_on] == [
        ("gone", 0),
        ("Kigali Weave", 0),
    ]


def test_names_are_in_the_language_of_the_page():
    found = facets("fr", category="home")

    assert counted(found.categories) == {"Maison": 4, "Kitchen": 2, "Tapis": 2}
    assert counted(found.countries) == {"Kenya": 3, "Rwanda": 1}
    assert found.name("home/rugs") == "Tapis"


def test_counts_are_kept_for_all_orders_and_pages(django_assert_num_queries):
    facets()

    with django_assert_num_queries(0):
        assert facets(sort="price") == facets()
    cache.clear()
    with django_assert_num_queries(1):
        facets()


def test_counts_of_one_list_answer_for_all_countries_categories_and_stores(
    django_assert_num_queries,
):
    facets()

    with django_assert_num_queries(0):
        found = facets(countries=("KE", "RW"), category="home", stores=("kigali",))
    assert found.total == 1
    assert counted(found.countries) == {"Kenya": 0, "Rwanda": 1}
    assert counted(found.categories) == {"Home": 1, "Rugs": 1}
    assert counted(found.stores) == {"Kisumu Weave": 3, "Kigali Weave": 1}


@pytest.mark.parametrize("asked", [{"low": 1}, {"words": "tea"}, {"in_stock": True, "slot": 1,
                                   "in_festival": True}])  # fmt: skip
def test_counts_of_what_has_no_end_are_not_kept(asked, django_assert_num_queries):
    for _ in range(2):
        with django_assert_num_queries(1):
            facets(**asked)

    assert list(cache._cache) == []


def test_the_stores_with_most_products_are_offered_and_the_chosen_ones_always():
    for number in range(13):
        store = make.merchant(slug=f"store-{number:02}", name=f"Store {number:02}")
        products = [make.product(of=store) for _ in range(2)]
        for product in products:
            make.variant(10_00, of=product)
        make.listed(*products)

    assert len(facets().stores) == 12
    assert "Kigali Weave" not in counted(facets().stores)
    chosen = counted(facets(stores=("kigali",)).stores)
    assert len(chosen) == 12
    assert chosen["Kigali Weave"] == 1


@pytest.mark.parametrize(
    ("count", "language", "words"),
    [
        (37, "en", "37"), (1_000, "en", "1,000"), (5_000, "en", "5,000"), (5_001, "en", "5,000+"),
        (1_000, "fr", "1\u202f000"), (123_456, "zh-hans", "5,000+"),
    ],
)  # fmt: skip
def test_counts_are_exact_to_five_thousand(count, language, words):
    assert shown(count, language) == words
