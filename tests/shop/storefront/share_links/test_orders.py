"""What came by a link is counted through to the order, and nothing of it follows anybody."""

from datetime import timedelta

import pytest
from django.core import signing
from django.test import Client

from shop.festivals.models import ChangeLog
from shop.merchant.share_kits.results import LinkSums, results_of
from shop.orders.cart.adopt import adopt_cart
from shop.orders.cart.models import Cart
from shop.orders.models import Order, Suborder
from shop.people.accounts.models import User
from shop.storefront.share_links import cookie, links
from shop.storefront.share_links.models import ShareDay
from tests import make
from tests.make import NOON
from tests.shop.storefront.share_links.test_follow import PHONE

pytestmark = pytest.mark.django_db
OWN = {"User-Agent": PHONE, "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def now(clock_at):
    clock_at(NOON)
    return clock_at


@pytest.fixture
def variant():
    return make.variant(20_00)


@pytest.fixture
def link(variant):
    return links.make_link(variant.product.merchant, None, "Market", at=NOON, by=make.user())


def add(browser, variant):
    assert browser.post("/cart/add/", {"variant": variant.pk}).status_code in {200, 303}


def carts():
    return sum(ShareDay.objects.values_list("carts", flat=True))


def test_the_cookie_says_the_link_and_the_day_and_is_the_same_for_all(link):
    first, second = (Client(headers=OWN) for _n in range(2))
    for browser in (first, second):
        browser.get(f"/s/{link.code}/")

    kept = first.cookies["came"]
    assert kept.value == second.cookies["came"].value
    assert kept.value.startswith(f"{link.code}.{NOON.date().isoformat()}:")
    assert (kept["max-age"], kept["httponly"], kept["samesite"]) == (7 * 86_400, True, "Lax")


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_a_browser_that_asks_not_to_be_followed_is_counted_and_keeps_nothing(link, header):
    answer = Client(headers=OWN | {header: "1"}).get(f"/s/{link.code}/")

    assert not answer.cookies
    assert ShareDay.objects.get().visits == 1


def test_the_link_of_a_store_counts_for_its_own_products_alone(link, variant):
    browser = Client(headers=OWN)
    browser.get(f"/s/{link.code}/")
    add(browser, make.variant(5_00))
    assert (Cart.objects.get().came_from, carts()) == ("", 0)

    add(browser, variant)
    assert (Cart.objects.get().came_from, carts()) == (link.code, 1)


def test_who_made_stopped_and_removed_a_link_stands_in_the_log(link):
    who = make.user()
    for _time in range(2):
        links.stop(link, at=NOON, by=who)
    links.go_on(link, at=NOON, by=who)
    links.remove(link, at=NOON, by=who)

    lines = ChangeLog.objects.filter(subject="sharelink").order_by("pk")
    assert [line.action for line in lines] == ["create", "pause", "resume", "remove"]
    assert {line.after["name"] for line in lines} == {"Market"}
    assert lines[1].by == who


@pytest.mark.parametrize("header", ["Sec-GPC", "DNT"])
def test_what_was_kept_before_somebody_asked_is_not_read_any_more(link, variant, header):
    browser = Client(headers=OWN)
    browser.get(f"/s/{link.code}/")

    browser.post("/cart/add/", {"variant": variant.pk}, headers={header: "1"})

    assert Cart.objects.get().came_from == ""


def test_what_was_saved_and_goes_into_the_cart_counts_for_the_link(link, variant):
    browser = Client(headers=OWN)
    browser.post("/saved/", {"product": variant.product_id})
    browser.get(f"/s/{link.code}/")

    browser.post("/saved/move/", {"product": variant.product_id})

    assert Cart.objects.get().came_from == link.code


def test_the_operator_may_have_no_cookie_at_all(link, settings, variant):
    browser = Client(headers=OWN)
    browser.get(f"/s/{link.code}/")
    settings.SHARE_LINK_DAYS = 0

    assert not Client(headers=OWN).get(f"/s/{link.code}/").cookies
    add(browser, variant)
    assert Cart.objects.get().came_from == ""


def test_a_cart_is_counted_once_for_its_link(link, variant):
    browser = Client(headers=OWN)
    browser.get(f"/s/{link.code}/")

    for _n in range(3):
        add(browser, variant)

    assert Cart.objects.get().came_from == link.code
    assert carts() == 1


def test_the_link_that_was_opened_last_counts(link, variant):
    other = links.make_link(link.merchant, None, "Labels", at=NOON, by=make.user())
    browser = Client(headers=OWN)
    for one in (link, other):
        browser.get(f"/s/{one.code}/")
        add(browser, variant)

    assert Cart.objects.get().came_from == other.code
    assert sorted(ShareDay.objects.values_list("link__name", "carts")) == [
        ("Labels", 1), ("Market", 1),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "value",
    ["", "abc.2026-01-01", signing.Signer(salt="other").sign("abc.2026-01-01"), "a.b:c"],
)
def test_a_cookie_that_we_did_not_make_says_nothing(variant, value):
    browser = Client(headers=OWN)
    browser.cookies["came"] = value

    add(browser, variant)

    assert (Cart.objects.get().came_from, carts()) == ("", 0)


def test_after_its_days_it_says_nothing(link, variant, now):
    browser = Client(headers=OWN)
    browser.get(f"/s/{link.code}/")
    now(NOON + timedelta(days=9))

    add(browser, variant)

    assert Cart.objects.get().came_from == ""


def test_an_order_keeps_the_link_while_that_counts(link, variant):
    late, soon = (make.cart({variant: 1}) for _n in range(2))
    Cart.objects.filter(token_hash=soon.token_hash).update(
        came_from=link.code, came_until=NOON + timedelta(days=1)
    )
    Cart.objects.filter(token_hash=late.token_hash).update(came_from=link.code, came_until=NOON)

    for shopper in (late, soon):
        make.order({variant: 1}, of=shopper)

    assert sorted(Order.objects.values_list("came_from", flat=True)) == ["", link.code]


def test_signing_in_takes_the_link_along(link, variant):
    guest = make.cart({variant: 1})
    until = NOON + timedelta(days=2)
    Cart.objects.filter(token_hash=guest.token_hash).update(came_from=link.code, came_until=until)
    account = make.user()

    own = adopt_cart(Cart.objects.get(token_hash=guest.token_hash), account, at=NOON)

    own.refresh_from_db()
    assert (own.came_from, own.came_until) == (link.code, until)
    assert User.objects.filter(pk=account.pk).exists()


def orders(link):
    return results_of([link], at=NOON).total.orders


def test_an_order_counts_once_it_is_paid_and_not_when_it_was_called_off(link, variant):
    order = make.order({variant: 1})
    Order.objects.filter(pk=order.pk).update(came_from=link.code)
    assert orders(link) == 0

    Order.objects.filter(pk=order.pk).update(state="paid", paid_at=NOON)
    Suborder.objects.filter(order=order).update(paid_at=NOON)
    assert results_of([link], at=NOON).total == LinkSums(0, 0, 1)

    Suborder.objects.filter(order=order).update(state="cancelled")
    assert orders(link) == 0


def test_a_store_counts_orders_with_something_of_its_own_alone(link, variant):
    foreign = make.variant(5_00)
    for what in (foreign, variant):
        order = make.order({what: 1})
        Order.objects.filter(pk=order.pk).update(came_from=link.code, state="paid", paid_at=NOON)
        Suborder.objects.filter(order=order).update(paid_at=NOON)
    radio = links.make_own("/", "Radio", None, at=NOON, by=make.user())

    assert orders(link) == 1
    Order.objects.update(came_from=radio.code)
    assert (orders(link), orders(radio)) == (0, 2)


def test_weeks_begin_on_monday_and_empty_ones_are_there(link):
    ShareDay.objects.create(link=link, day=NOON.date(), visits=3, carts=1)
    ShareDay.objects.create(link=link, day=NOON.date() - timedelta(days=7), visits=2)
    ShareDay.objects.create(link=link, day=NOON.date() - timedelta(days=400), visits=99)

    found = results_of([link], at=NOON)

    assert len(found.weeks) == 12
    assert all(day.weekday() == 0 for day, _brought in found.weeks)
    assert [brought.visits for _day, brought in found.weeks[-3:]] == [0, 2, 3]
    assert found.by_link[link.pk] == found.total == LinkSums(5, 1, 0)


def test_the_price_is_the_same_by_a_link(link, variant):
    came, plain = Client(headers=OWN), Client(headers=OWN)
    came.get(f"/s/{link.code}/")
    path = f"/products/{variant.product.slug}/"

    assert came.get(path).content == plain.get(path).content
    assert cookie.COOKIE == "came"
