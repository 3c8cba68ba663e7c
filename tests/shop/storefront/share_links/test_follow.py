"""A short address leads to its page, never out of the shop, and counts whoever opens it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import resolve
from django.utils.translation import override

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.core.states import StateQuerySet
from shop.storefront.share_links import count, links
from shop.storefront.share_links.models import ShareDay, ShareLink
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
PHONE = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130 Mobile"


@pytest.fixture(autouse=True)
def at_noon(clock_at):
    clock_at(NOON)


@pytest.fixture
def link():
    product = make.product(title="Kettle")
    return links.make_link(product.merchant, product, "Newsletter", at=NOON, by=make.user())


def phone(**headers):
    return Client(headers={"User-Agent": PHONE, **headers})


def visits():
    return sum(ShareDay.objects.values_list("visits", flat=True))


def test_a_link_leads_to_its_product_and_counts(link):
    answer = phone().get(f"/s/{link.code}/")

    assert (answer.status_code, answer["Location"]) == (302, f"/products/{link.product.slug}/")
    assert "no-store" in answer["Cache-Control"]
    assert "Accept-Language" in answer["Vary"]
    assert answer["X-Robots-Tag"] == "noindex"
    day = ShareDay.objects.get()
    assert (day.link, day.day, day.visits, day.carts) == (link, NOON.date(), 1, 0)
    assert resolve(answer["Location"]).url_name == "product"


def test_it_is_found_as_it_is_copied_from_paper(link):
    answer = phone().get(f"/s/{link.code.upper()}")

    assert answer["Location"] == f"/products/{link.product.slug}/"


def test_it_leads_to_the_page_in_the_readers_language(link):
    answer = phone(**{"Accept-Language": "ar,en;q=0.5"}).get(f"/s/{link.code}/")

    assert answer["Location"] == f"/ar/products/{link.product.slug}/"


@pytest.mark.parametrize("query", ["?next=https://evil.example/", "?path=//evil.example"])
def test_nothing_in_the_request_says_where_it_leads(link, query):
    answer = phone(Host="testserver").get(f"/s/{link.code}/{query}")

    assert answer["Location"] == f"/products/{link.product.slug}/"


def test_a_product_that_shoppers_do_not_see_gives_way_to_its_store(link):
    Product.objects.filter(pk=link.product_id).update(state="withdrawn")

    assert phone().get(f"/s/{link.code}/")["Location"] == f"/stores/{link.merchant.slug}/"
    link.product.delete()
    assert phone().get(f"/s/{link.code}/")["Location"] == f"/stores/{link.merchant.slug}/"


def test_a_store_that_is_suspended_and_a_link_that_is_gone_lead_nowhere(link):
    StateQuerySet.update(type(link.merchant).objects.filter(pk=link.merchant_id), state="suspended")
    assert phone().get(f"/s/{link.code}/").status_code == 404
    StateQuerySet.update(type(link.merchant).objects.filter(pk=link.merchant_id), state="approved")

    links.remove(link, at=NOON, by=make.user())

    assert phone().get(f"/s/{link.code}/").status_code == 404
    assert visits() == 0


def test_a_stopped_link_still_leads_there_and_counts_no_more(link):
    links.stop(link, at=NOON, by=make.user())

    answer = phone().get(f"/s/{link.code}/")

    assert (answer.status_code, visits(), answer.cookies) == (302, 0, {})
    links.go_on(link, at=NOON, by=make.user())
    phone().get(f"/s/{link.code}/")
    assert visits() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "WhatsApp/2.23"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": ""},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
)
def test_programs_and_browsers_that_read_ahead_are_led_on_and_not_counted(link, headers):
    answer = phone(**headers).get(f"/s/{link.code}/")

    assert (answer.status_code, visits(), answer.cookies) == (302, 0, {})


def test_looking_without_opening_is_not_counted(link):
    assert phone().head(f"/s/{link.code}/").status_code == 302
    assert phone().post(f"/s/{link.code}/").status_code == 405
    assert visits() == 0


def test_one_network_counts_so_often_and_is_led_on_all_the_same(link):
    answers = {phone().get(f"/s/{link.code}/").status_code for _n in range(count.MOST + 3)}

    assert (answers, visits()) == ({302}, count.MOST)


def test_days_are_forgotten(link):
    phone().get(f"/s/{link.code}/")
    at = NOON + count.KEPT_FOR

    assert count.forget_days(at=at) == 0
    assert count.forget_days(at=at + timedelta(days=1)) == 1


def test_a_link_of_the_organizers_is_checked_in_whatever_language_they_read():
    with override("fr"):
        own = links.make_own("/products/", "Radio", None, at=NOON, by=make.user())

    assert own.path == "/products/"


def test_an_address_is_never_cut():
    with pytest.raises(NotPossible, match="too long"):
        links.make_own(f"/products/?q={'x' * 200}", "Radio", None, at=NOON, by=make.user())


def test_organizers_links_lead_to_any_page_of_the_shop_in_the_readers_language():
    own = links.make_own("/fr/products/?festival=1", "Radio", None, at=NOON, by=make.user())

    assert own.path == "/products/?festival=1"
    answer = phone(**{"Accept-Language": "sw"}).get(f"/s/{own.code}/")
    assert answer["Location"] == "/sw/products/?festival=1"


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "",
        "/merchant/", "/organize/", "/s/abc/", "/account/login/?next=//evil.example", "\\\\evil",
        "products/", "/\t/evil.example/", "/pt/pt/merchant/", "/fr/sw/organize/",
        "/feeds/x/meta.csv",
        "/orders/BB-2027-100001/x/", "/fr/apply/link/x/", "/calendars/x.ics", "/report/1/x/",
    ],
)  # fmt: skip
def test_no_link_leads_out_of_the_shop_or_to_a_desk(path):
    with pytest.raises(NotPossible):
        links.make_own(path, "Radio", None, at=NOON, by=make.user())

    assert not ShareLink.objects.exists()


def test_a_store_has_so_many_links(monkeypatch):
    monkeypatch.setattr(links, "MOST", 1)
    store = make.merchant()
    links.make_link(store, None, "Market", at=NOON, by=make.user())

    with pytest.raises(NotPossible, match="Remove one first"):
        links.make_link(store, None, "Labels", at=NOON, by=make.user())

    assert ShareLink.objects.count() == 1


def test_links_that_pictures_bring_take_nobody_the_own_ones(link, monkeypatch):
    monkeypatch.setattr(links, "MOST", 2)
    store, by = link.merchant, link.made_by
    for channel in (ShareLink.Channel.POST, ShareLink.Channel.POSTER):
        links.link_for(store, link.product, channel, at=NOON, by=by)

    assert links.make_link(store, None, "Market", at=NOON, by=by).pk
    with pytest.raises(NotPossible, match="2 links"):
        links.make_link(store, None, "Radio", at=NOON, by=by)
