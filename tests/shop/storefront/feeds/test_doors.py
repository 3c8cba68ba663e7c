"""Who gets a feed: whoever has its address, and nobody with another one."""

from datetime import timedelta

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from config.logs import Discreet
from shop.festivals.models import ChangeLog, Festival
from shop.people.merchants.models import Merchant
from shop.storefront.cache.catalogue_version import forget
from shop.storefront.feeds import addresses
from shop.storefront.feeds.addresses import PROGRAMME, FeedScope
from shop.storefront.feeds.models import Feed
from tests import make
from tests.make import NOON
from tests.shop.storefront.feeds.fitting import fit, many, path

pytestmark = pytest.mark.django_db
FILES = ("google.xml", "meta.csv", "products.jsonl")


@pytest.fixture
def scopes(clock_at):
    """Return a feed of each kind."""
    clock_at(NOON)
    kettle = fit()
    festival = make.festival()
    make.nomination(kettle, during=festival, percent=10)
    return {"store": FeedScope(kettle.product.merchant), "festival": FeedScope(festival=festival),
            "programme": PROGRAMME}  # fmt: skip


@pytest.mark.parametrize("kind", ["store", "festival", "programme"])
@pytest.mark.parametrize("file", FILES)
def test_a_machine_that_has_the_address_gets_the_file(client, scopes, kind, file):
    answer = client.get(path(file, scopes[kind]))

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in answer.headers
    assert b"".join(answer.streaming_content).count(b"/products/") == 1


@pytest.mark.parametrize("kind", ["store", "festival", "programme"])
def test_no_other_address_leads_anywhere_and_nothing_changes(client, scopes, kind):
    there = path("google.xml", scopes[kind])
    other = path("google.xml", FeedScope(make.merchant()))
    token, theirs = there.split("/")[2], other.split("/")[2]
    feed = addresses.feed_of(scopes[kind])
    wrong = [
        ("A" if token[0] != "A" else "B") + token[1:],
        token.split(":")[0], token[:-50] + ":" + theirs.split(":")[1],
        signing.Signer(salt="shop.storefront.feeds").sign_object([feed.pk, feed.key.hex.upper()]),
        signing.Signer(salt="shop.storefront.feeds").sign_object([feed.key.hex, feed.pk]),
        signing.Signer(salt="shop.storefront.feeds").sign_object([2**70, feed.key.hex]),
        signing.Signer(salt="shop.storefront.feeds").sign_object([True, feed.key.hex]),
        signing.Signer(salt="shop.storefront.feeds").sign_object([feed.pk, feed.key.hex, 1]),
        signing.Signer(salt="shop.storefront.feeds").sign_object([feed.pk, "0" * 32]),
        signing.Signer(salt="shop.storefront.feeds").sign_object([feed.pk + 99, feed.key.hex]),
        f"{feed.pk}:{feed.key.hex}", feed.key.hex,
    ]  # fmt: skip
    before = list(Feed.objects.values())
    for each in wrong:
        answer = client.get(there.replace(token, each))
        assert answer.status_code == 404, each
    for address in (
        there.replace("google.xml", "google.csv"), there.replace("google.xml", "zz/google.xml"),
        there.replace("google.xml", ""), "/feeds/", f"/feeds/{token}",
    ):  # fmt: skip
        assert client.get(address).status_code == 404, address
    for method in ("post", "put", "delete"):
        assert getattr(client, method)(there).status_code == 405
    assert list(Feed.objects.values()) == before


def test_with_another_address_the_one_before_leads_nowhere(client, scopes):
    for scope in scopes.values():
        before = path("meta.csv", scope)
        addresses.new_address(scope, at=NOON + timedelta(days=1), by=make.user())
        after = path("meta.csv", scope)

        assert before != after
        assert client.get(before).status_code == 404
        assert client.get(after).status_code == 200
    assert Feed.objects.count() == 3


def test_a_closed_address_leads_nowhere(client, scopes):
    for scope in scopes.values():
        there = path("google.xml", scope)
        addresses.close_address(scope, at=NOON, by=make.user())

        assert client.get(there).status_code == 404
    assert not Feed.objects.exists()


@pytest.mark.parametrize("state", ["applied", "suspended"])
def test_the_feed_of_a_store_that_does_not_trade_is_gone(client, scopes, state):
    there = path("google.xml", scopes["store"])
    Merchant.objects.update(state=state)

    assert client.get(there).status_code == 404


@pytest.mark.parametrize("state", ["draft", "cancelled", "closed"])
def test_the_feed_of_a_festival_that_is_not_public_is_gone(client, scopes, state):
    there = path("google.xml", scopes["festival"])
    Festival.objects.update(state=state)

    assert client.get(there).status_code == 404


def test_a_country_that_is_not_served_has_no_feed(client, scopes):
    make.delivery(country="CN")
    assert client.get(path("google.xml", country="cn")).status_code == 200
    assert client.get(path("google.xml", country="kp")).status_code == 404


def test_what_has_not_changed_is_not_sent_again(client, scopes, clock_at):
    there = path("google.xml")
    tag = client.get(there).headers["ETag"]
    with CaptureQueriesContext(connection) as asked:
        again = client.get(there, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert len(asked) <= 2

    make.reprice(scopes["store"].merchant.products.get().variants.get(), 9_00, at=NOON)
    forget()
    assert client.get(there, headers={"If-None-Match": tag}).status_code == 200
    tag = client.get(there).headers["ETag"]
    clock_at(NOON + timedelta(minutes=15))  # stock changes without a mark
    assert client.get(there, headers={"If-None-Match": tag}).status_code == 200
    others = {client.get(path(file, scope)).headers["ETag"]
              for file in FILES for scope in scopes.values()}  # fmt: skip
    assert len(others) == 9


def test_a_machine_that_only_asks_for_the_head_gets_no_products(client, scopes):
    answer = client.head(path("google.xml"))

    assert (answer.status_code, b"".join(answer.streaming_content)) == (200, b"")
    assert answer.headers["ETag"]


def test_a_feed_costs_the_same_statements_for_any_number_of_products(scopes):
    make.delivery(country="CN")
    one = {country: cost(country) for country in ("", "cn")}
    many(1_000)

    for country, (statements, items) in one.items():
        assert items == 1
        # Products, variants and, for a country, prices of sending: of each further part.
        parts = 5 * (3 if country else 2)
        assert cost(country) == (statements + parts, 1_001)


def cost(country: str) -> tuple[int, int]:
    """Return how many statements a feed takes, and how many items it has."""
    there = path("google.xml", country=country)
    forget()
    with CaptureQueriesContext(connection) as asked:
        text = b"".join(Client().get(there).streaming_content)
    assert text.endswith(b"</rss>\n")
    return len(asked), text.count(b"<item>")


def test_no_log_tells_an_address(client, scopes, caplog):
    there = path("google.xml")
    addresses.close_address(PROGRAMME, at=NOON, by=make.user())

    client.get(there)

    told = [Discreet().format(record) for record in caplog.records]
    assert any("/feeds/.../google.xml" in line for line in told)
    assert not any(there.split("/")[2] in line for line in told)


def test_who_reads_all_the_time_is_told_when_to_come_back(client, scopes, monkeypatch):
    there = path("products.jsonl", scopes["store"])
    monkeypatch.setattr("shop.storefront.feeds.views.MOST", 2)
    answers = [client.get(there) for _n in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "900"
    tag = answers[0].headers["ETag"]
    assert client.get(there, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path("products.jsonl", scopes["festival"])).status_code == 200


def test_who_made_and_closed_addresses_stands_in_the_log(scopes):
    who = make.user()
    ChangeLog.objects.all().delete()
    for _time in range(2):
        addresses.new_address(PROGRAMME, at=NOON, by=who)
    addresses.close_address(PROGRAMME, at=NOON, by=who)
    addresses.close_address(PROGRAMME, at=NOON, by=who)

    lines = ChangeLog.objects.filter(subject="feed").order_by("pk")
    assert [line.action for line in lines] == ["new address", "new address", "close address"]
    assert {line.by for line in lines} == {who}
