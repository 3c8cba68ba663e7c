"""Cases 10 to 12 of the festivals' acceptance cases, and what keeps one copy fit for everyone."""

import gzip
from datetime import timedelta
from functools import partial

import pytest
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from shop.festivals.deals.actions import pause_deal
from shop.festivals.prices import regular
from shop.storefront.cache import shared_page as cache_shared_page
from shop.storefront.cache.catalogue_version import current_version
from shop.storefront.cache.shared_page import leave_out, shared_page
from tests import make
from tests.crowd import at_once
from tests.make import END, NOON, START
from tests.patience import PATIENCE, wait_until
from tests.shop.storefront.shelf import page_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_clock")]


@pytest.fixture
def kettle():
    """Offer a kettle at 20, at 15 while the festival runs."""
    made = make.variant(20_00)
    festival = make.festival()
    make.deal(made, during=festival, price=15_00)
    make.listed(made.product)
    return made


def asked(path, client=None, **headers):
    with CaptureQueriesContext(connection) as queries:
        answer = (client or Client()).get(path, headers=headers or None)
    return answer, [query["sql"] for query in queries]


def test_everyone_gets_the_same_bytes(kettle):
    shopper, guest = Client(), Client()
    shopper.force_login(make.user())
    guest.cookies["cart"] = "a" * 32

    for path in ("/", "/products/", f"/products/{kettle.product.slug}/", "/fr/products/"):
        pages = [client.get(path) for client in (Client(), guest, shopper)]
        assert len({page.content for page in pages}) == 1, path
        assert not any(page.cookies for page in pages)


def test_a_shared_page_looks_at_no_user_and_no_session(kettle):
    shopper = Client()
    shopper.force_login(make.user())

    _, statements = asked(f"/products/{kettle.product.slug}/", shopper)

    assert [sql for sql in statements if "django_session" in sql or "shop_user" in sql] == []


def test_a_copy_costs_no_statement(kettle):
    first, _ = asked("/products/")

    second, statements = asked("/products/")

    assert (second.content, statements) == (first.content, [])


@pytest.mark.parametrize(
    "query",
    ["?utm_source=x", "?x=1&y=2", "?sort=", "?category=&q=+", "?page=9", "?category=made-up",
     "?store=made-up", "?slot=0", "?slot=-1", "?slot=987654321", "?country=XX", "?after=x",
     "?before=1"],
)  # fmt: skip
def test_parameters_that_the_list_does_not_know_make_no_other_copy(kettle, query):
    first, _ = asked("/products/")

    second, statements = asked(f"/products/{query}")

    assert (second.content, statements) == (first.content, [])


def test_parameters_in_another_order_make_no_other_copy(kettle):
    first, _ = asked("/products/?country=KE&stock=1&sort=price")

    second, statements = asked("/products/?sort=price&stock=1&country=KE&country=KE")

    assert (second.content, statements) == (first.content, [])


def test_a_page_without_a_product_is_not_kept(kettle):
    asked("/products/?country=GH")

    _, statements = asked("/products/?country=GH")

    assert len(statements) == 1


@pytest.mark.parametrize("path", ["/products/none/", "/stores/none/"])
def test_an_error_is_not_kept(kettle, path):
    first, _ = asked(path)

    second, statements = asked(path)

    assert (first.status_code, second.status_code) == (404, 404)
    assert len(statements) == 4


def test_country_currency_and_language_have_copies_of_their_own(kettle):
    here = Client()
    abroad = Client()
    abroad.cookies.load({"country": "FR", "currency": "EUR"})

    pages = [
        page.content
        for client in (here, abroad)
        for path in ("/products/", "/fr/products/")
        for page in (client.get(path),)
    ]

    assert len(set(pages)) == 4


def test_a_country_that_does_not_exist_makes_no_other_copy(kettle):
    first, _ = asked("/products/")
    stranger = Client()
    stranger.cookies.load({"country": "QQ", "currency": "XYZ"})

    second, statements = asked("/products/", stranger)

    assert (second.content, statements) == (first.content, [])


def test_prices_turn_over_at_the_start_and_at_the_end(kettle):
    path, tick = f"/products/{kettle.product.slug}/", timedelta(microseconds=1)

    seen = [page_at(path, at).content for at in (START - tick, START, END - tick, END)]

    assert [b"$15.00" in page for page in seen] == [False, True, True, False]


@pytest.mark.parametrize(
    ("before_start", "seconds"),
    [(3600, 30), (30, 30), (29.9, 29), (2, 2), (1, 1), (0.6, 0), (0.000001, 0)],
)
def test_no_copy_outlives_the_next_turn(kettle, before_start, seconds):
    page = page_at("/products/", START - timedelta(seconds=before_start))

    assert page.headers["Cache-Control"] == f"public, max-age={seconds}"


def test_the_price_of_a_variant_that_is_not_the_cheapest_turns_in_time(kettle):
    large = make.variant(30_00, of=kettle.product, options=["Large"])
    make.variant(90_00, of=kettle.product, options=["Larger"])
    turn = NOON + timedelta(seconds=10)
    regular.change_prices({large.pk: 25_00}, at=NOON - timedelta(days=1), starts_at=turn)
    path = f"/products/{kettle.product.slug}/"

    before = page_at(path, turn - timedelta(seconds=5))
    after = page_at(path, turn)

    assert current_version(at=NOON).ends_at > turn
    assert [b"$25.00" in page.content for page in (before, after)] == [False, True]
    assert before.headers["Cache-Control"] == "public, max-age=5"


def test_a_pause_is_seen_at_once_by_the_server(kettle):
    path = f"/products/{kettle.product.slug}/"
    before = page_at(path, NOON)

    pause_deal(kettle.deals.get(), at=NOON + timedelta(milliseconds=10))
    after = page_at(path, NOON + timedelta(seconds=1))

    assert [b"$15.00" in page.content for page in (before, after)] == [True, False]


def test_a_new_price_is_seen_at_once_by_the_server(kettle):
    before = page_at("/products/?sort=price", NOON)

    make.reprice(kettle, 12_00, at=NOON + timedelta(milliseconds=10))
    after = page_at("/products/?sort=price", NOON + timedelta(seconds=1))

    assert [b"$12.00" in page.content for page in (before, after)] == [False, True]


def test_another_title_is_seen_at_once_by_the_server(kettle):
    before = page_at("/products/", NOON)

    type(kettle.product).objects.update(title="Copper kettle")
    make.listed(kettle.product)
    after = page_at("/products/", NOON + timedelta(seconds=1))

    assert [b"Copper kettle" in page.content for page in (before, after)] == [False, True]


def test_at_a_turn_the_key_itself_is_another(kettle):
    page_at("/products/", START - timedelta(microseconds=1))
    page_at("/products/", START)

    assert len([key for key in cache._cache if "page:" in key]) == 2


def test_a_page_is_private_once_the_browser_sends_a_cookie(kettle):
    plain = page_at("/products/", NOON)
    personal = page_at("/products/", NOON, cookies={"cart": "x"})

    assert plain.headers["Cache-Control"] == "public, max-age=30"
    assert personal.headers["Cache-Control"] == "private, max-age=30"
    assert plain.headers["Vary"] == "Accept-Encoding, Cookie, HX-Request"


def test_a_browser_that_has_the_page_gets_no_body(kettle):
    tag = Client().get("/products/").headers["ETag"]

    answer = Client().get("/products/", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.content) == (304, b"")


def test_a_copy_is_compressed_once_and_plain_for_those_who_want_it_so(kettle):
    plain = Client().get("/products/")

    packed = Client().get("/products/", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content


@pytest.fixture
def patient(monkeypatch):
    """Let those who wait for a page do so until it is there, however slow the builder is."""
    monkeypatch.setattr(cache_shared_page, "BUILDING", PATIENCE)
    monkeypatch.setattr(cache_shared_page, "TRIES", int(PATIENCE / cache_shared_page.PAUSE))


def arrive(here, data, known):
    here.append(1)
    return cache_shared_page.nothing(data, known)


@pytest.mark.django_db(transaction=True)
def test_many_who_come_together_have_a_page_built_once(patient):
    built, here = [], []

    @shared_page(takes=partial(arrive, here))
    def slow(request):
        built.append(1)
        wait_until(lambda: len(here) == 6)
        return HttpResponse("once")

    answers = at_once([lambda: slow(RequestFactory().get("/slow/"))] * 6)

    assert {answer.content for answer in answers} == {b"once"}
    assert len(built) == 1


@pytest.mark.django_db(transaction=True)
def test_those_who_wait_go_on_when_a_builder_fails(patient):
    built, here = [], []

    @shared_page(takes=partial(arrive, here))
    def shaky(request):
        built.append(1)
        if len(built) == 1:
            wait_until(lambda: len(here) == 4)
            return HttpResponse("broken", status=500)
        return HttpResponse("whole")

    answers = at_once([lambda: shaky(RequestFactory().get("/shaky/"))] * 4)

    assert sorted(answer.content for answer in answers) == [b"broken"] + [b"whole"] * 3
    assert len(built) == 2


def test_a_page_that_sets_a_cookie_is_not_kept():
    @shared_page()
    def personal(request):
        response = HttpResponse("mine")
        response.set_cookie("a", "b")
        return response

    answer = personal(RequestFactory().get("/mine/"))

    assert answer.headers["Cache-Control"] == "no-store"
    assert not [key for key in cache._cache if "page:" in key]


def test_a_page_can_be_left_out():
    @shared_page()
    def rare(request):
        return leave_out(HttpResponse("rare"))

    answer = rare(RequestFactory().get("/rare/"))

    assert answer.headers["Cache-Control"] == "public, max-age=30"
    assert not [key for key in cache._cache if "page:" in key]
