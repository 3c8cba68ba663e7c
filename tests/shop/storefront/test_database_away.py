"""The database goes away for real: what was shown stays for minutes, the rest says so honestly."""

import re
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from django.test import Client

from shop.orders.cart.models import CartLine
from shop.storefront.cache import catalogue_version
from shop.storefront.cache.catalogue_version import current_version
from tests import make
from tests.cutting import wired
from tests.make import END, NOON
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
TITLE = "The shop cannot answer just now"
SAFE = "If you have paid, your order is safe and its mail comes by itself."
UNKNOWN = "We cannot say whether what you sent was stored."
NOTHING = "Nothing of what you sent was stored."


@pytest.fixture
def kettle():
    """Offer a kettle at 20, at 15 while the festival runs."""
    made = make.variant(20_00)
    make.deal(made, during=make.festival(), price=15_00)
    make.listed(made.product)
    return made


@pytest.fixture
def wire(kettle):
    """Let the shop ask its database through a wire."""
    with wired() as made:
        yield made


class Browser(Client):
    """Asks as browsers do: the server takes a new connection where the last one broke."""

    def request(self, **request):
        close_old_connections()
        return super().request(**request)


@pytest.fixture
def browser():
    """Give a browser that shows what went wrong instead of raising it."""
    return Browser(raise_request_exception=False, headers={"Sec-Fetch-Site": "same-origin"})


def text_of(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def seen(browser, clock_at):
    """Give what a browser gets at an instant, or a moment later."""

    def look(path, at):
        clock_at(at)
        return browser.get(path)

    return look


def test_the_last_copy_is_shown_for_five_minutes_and_then_the_page_says_why_not(kettle, wire, seen):
    path = f"/products/{kettle.product.slug}/"
    before = seen(path, NOON)
    wire.cut()

    soon, later = seen(path, NOON + timedelta(seconds=90)), seen(path, NOON + timedelta(minutes=4))
    late = seen(path, NOON + timedelta(minutes=6))

    assert [answer.status_code for answer in (before, soon, later, late)] == [200, 200, 200, 503]
    assert soon.content == later.content == before.content
    assert TITLE in text_of(late)
    assert late.headers["Retry-After"] == "30"
    assert late.headers["Cache-Control"] == "no-store"


def test_no_copy_outlives_the_price_that_it_shows(kettle, wire, seen):
    path = f"/products/{kettle.product.slug}/"
    before = seen(path, END - timedelta(seconds=90))
    wire.cut()

    last, after = seen(path, END - timedelta(seconds=20)), seen(path, END)

    assert "$15.00" in text_of(before)
    assert (last.status_code, after.status_code) == (200, 503)
    assert int(re.search(r"max-age=(\d+)", last.headers["Cache-Control"])[1]) <= 20
    assert "$15.00" not in text_of(after)


def test_what_nobody_asked_for_lately_has_no_copy(kettle, wire, seen):
    seen("/products/", NOON)
    wire.cut()

    assert seen("/stores/", NOON + timedelta(seconds=40)).status_code == 503
    assert seen("/products/", NOON + timedelta(seconds=50)).status_code == 200


def test_the_shop_is_there_again_as_soon_as_the_database_is(kettle, wire, seen):
    path = f"/products/{kettle.product.slug}/"
    seen(path, NOON)
    wire.cut()
    seen(path, NOON + timedelta(seconds=40))
    wire.mend()
    connection.close()
    make.reprice(kettle, 14_00, at=NOON + timedelta(seconds=41))

    after = seen(path, NOON + timedelta(seconds=42))

    assert "$14.00" in text_of(after)


def test_a_silent_database_costs_one_visitor_seconds_and_the_others_nothing(
    kettle, wire, seen, monkeypatch
):
    monkeypatch.setattr(catalogue_version, "TRIED_AGAIN", timedelta(seconds=PATIENCE))
    path = f"/products/{kettle.product.slug}/"
    seen(path, NOON)
    wire.go_dead()
    before = wire.callers
    assert seen(path, NOON + timedelta(seconds=40)).status_code == 200
    assert wire.callers == before + 1  # who waits does so once

    others = [seen(path, NOON + timedelta(seconds=40)) for _ in range(5)]

    assert wire.callers == before + 1
    assert {answer.status_code for answer in others} == {200}


@pytest.mark.parametrize(
    ("path", "language", "title"),
    [
        ("/cart/", "en", TITLE),
        ("/fr/cart/", "fr", "La boutique ne peut pas répondre pour l’instant"),
        ("/ar/checkout/", "ar", "لا يستطيع المتجر الرد الآن"),
        ("/products/", "en", TITLE),
        ("/account/", "en", TITLE),
        ("/merchant/", "en", TITLE),
        ("/organize/", "en", TITLE),
    ],
)
def test_every_page_says_in_its_own_language_that_the_shop_cannot_answer(
    wire, browser, path, language, title
):
    browser.cookies["cart"] = browser.cookies["sessionid"] = "a" * 32
    catalogue_version.forget()
    wire.cut()

    answer = browser.get(path)

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert answer.headers["Content-Language"] == language
    assert f'<html lang="{language}"' in answer.text
    assert title in text_of(answer)
    assert "charged" not in answer.text


def test_a_preview_that_cannot_be_looked_up_is_no_error_of_ours(wire, browser):
    from shop.storefront.previews.access import COOKIE_SALT, signing  # noqa: PLC0415 (its salt alone is wanted)

    facts = {"link": 1, "until": "2999-01-01T00:00:00+00:00"}
    browser.cookies["preview"] = signing.dumps(facts, salt=COOKIE_SALT)
    wire.cut()

    assert browser.get("/products/").status_code == 503


def test_health_answers_as_before(wire, browser):
    wire.cut()

    answer = browser.get("/health/")

    assert answer.status_code == 503
    assert answer.json()["problems"] == {"the database does not answer": None}


@pytest.mark.parametrize("page", ["", "paid/", "stopped/"])
@pytest.mark.parametrize("prefix", ["", "/fr"])
def test_who_comes_back_from_paying_reads_that_a_paid_order_is_safe(wire, browser, page, prefix):
    wire.cut()

    answer = browser.get(f"{prefix}/orders/BB-2027-100001/{'a' * 22}/{page}")

    safe = "Si vous avez payé, votre commande est en sûreté" if prefix else SAFE
    assert answer.status_code == 503
    assert safe in text_of(answer)
    assert "charged" not in answer.text
    assert "débité" not in answer.text


def test_a_post_that_reached_no_statement_says_that_nothing_was_stored(kettle, wire, browser):
    wire.cut()
    page = "http://testserver/products/kettle/"

    answer = browser.post(
        "/cart/add/", {"variant": kettle.pk, "quantity": 1}, headers={"Referer": page}
    )

    assert answer.status_code == 503
    assert f'href="{page}"' in answer.text
    assert NOTHING in text_of(answer)
    assert UNKNOWN not in text_of(answer)
    wire.mend()
    connection.close()
    assert not CartLine.objects.exists()


def test_a_post_whose_commit_is_unknown_says_to_look_first(kettle, wire, browser):
    def cut_after_the_write(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if sql.startswith('INSERT INTO "shop_cart"'):
            wire.cut()  # the row is there, and the shop never hears of it
        return found

    with connection.execute_wrapper(cut_after_the_write):
        answer = browser.post("/cart/add/", {"variant": kettle.pk, "quantity": 1})

    assert answer.status_code == 503
    assert UNKNOWN in text_of(answer)
    assert NOTHING not in text_of(answer)
    assert 'href="/cart/"' in answer.text


def test_what_htmx_posts_is_answered_where_it_can_be_read_and_what_asks_by_itself_is_not(
    kettle, wire, browser
):
    wire.cut()

    pressed = browser.post(
        "/cart/add/", {"variant": kettle.pk, "quantity": 1}, headers={"HX-Request": "true"}
    )
    asked = browser.get("/cart/summary/", headers={"HX-Request": "true", "Cookie": "cart=" + "a"})

    assert (pressed.status_code, asked.status_code) == (503, 503)
    assert "<html" not in pressed.text
    assert 'role="alert"' in pressed.text
    assert (pressed.headers["HX-Retarget"], pressed.headers["HX-Reswap"]) == ("main", "afterbegin")
    assert asked.headers["HX-Reswap"] == "none"


def test_what_the_database_refuses_while_it_is_there_is_no_503(kettle, wire, browser):
    catalogue_version.forget()

    def too_slow(execute, sql, params, many, context):
        if 'FROM "shop_cartline"' in sql:
            execute("SET statement_timeout = 1", None, False, context)
            return execute("SELECT pg_sleep(2)", None, False, context)
        return execute(sql, params, many, context)

    browser.cookies["cart"] = "a" * 32
    with connection.execute_wrapper(too_slow):
        answer = browser.get("/cart/")
    connection.close()

    assert answer.status_code == 500
    assert "charged" not in answer.text
    assert SAFE in text_of(answer)


def test_a_version_is_asked_for_as_before_by_what_needs_the_database(wire):
    current_version(at=NOON)
    wire.cut()

    with pytest.raises(Exception, match=r"connection|server"):
        current_version(at=NOON + timedelta(seconds=2))
