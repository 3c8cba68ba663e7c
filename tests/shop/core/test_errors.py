"""Each refusal says in a sentence what happened and what can be done."""

import re

import pytest
from django.test import RequestFactory

from shop.core import errors
from shop.core.errors import (
    BadSignature,
    BelowMinimum,
    FenceBroken,
    GatewayError,
    LimitReached,
    OutOfStock,
    PriceChanged,
    ShopError,
    StaleState,
    TooManyOpenOrders,
    Unavailable,
)
from shop.storefront.middleware import Refusals
from tests.make import NOON

CLASSES = {
    name: found
    for name, found in vars(errors).items()
    if isinstance(found, type) and issubclass(found, Exception)
}


@pytest.mark.parametrize(
    ("refusal", "sentence"),
    [
        (OutOfStock("Kettle", 0), "Kettle is sold out."),
        (OutOfStock("Kettle", 1), "Only 1 of Kettle is left."),
        (OutOfStock("Kettle", 4), "Only 4 of Kettle are left."),
        (LimitReached(1, 0, 0),
         "You can buy 1 of these at the festival price. You already have it."),
        (LimitReached(2, 30_00, 40_00),
         "You can buy 2 of these at the festival price. You already have them."),
        (PriceChanged(15_00, 20_00), "The price changed before you paid"),
        (BelowMinimum("US$0.50"),
         "The smallest amount that can be paid is US$0.50. Add something to your cart."),
        (FenceBroken(11, 10), "11 units would be set aside, but only 10 are there."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, ShopError) else "",
)  # fmt: skip
def test_a_refusal_is_a_sentence_for_the_person(refusal, sentence):
    assert str(refusal) == sentence


def test_a_refusal_carries_what_a_page_needs_to_explain_it():
    assert (OutOfStock("Kettle", 4).title, OutOfStock("Kettle", 4).left) == ("Kettle", 4)
    limit = LimitReached(2, 30_00, 40_00)
    assert (limit.limit, limit.before, limit.after) == (2, 30_00, 40_00)
    assert TooManyOpenOrders(NOON).until == NOON
    gone = Unavailable("pool", [3, 5])
    assert (gone.kind, gone.ids) == ("pool", (3, 5))
    assert (FenceBroken(11, 10).asked, FenceBroken(11, 10).there) == (11, 10)


def test_the_limit_per_shopper_is_a_change_of_price():
    assert issubclass(LimitReached, PriceChanged)


@pytest.mark.parametrize("kind", [GatewayError, BadSignature])
def test_what_the_provider_does_is_no_refusal_of_ours(kind):
    assert not issubclass(kind, ShopError)


def test_a_failure_of_the_provider_says_whether_to_try_again():
    busy = GatewayError("busy", may_retry=True)
    refused = GatewayError("no", may_retry=False, code="amount_too_small")

    assert (busy.may_retry, busy.code, str(busy)) == (True, "", "busy")
    assert (refused.may_retry, refused.code) == (False, "amount_too_small")


def test_the_tree_at_the_top_names_every_error_once():
    named = re.findall(r"^(?:[│├└─ ]*)([A-Z]\w+)  ", errors.__doc__, re.MULTILINE)

    assert sorted(named) == sorted(CLASSES)


def middleware_s_answer(error, *, htmx=False):
    request = RequestFactory().get("/cart/")
    request.htmx = htmx
    return Refusals(lambda _: None).process_exception(request, error)


@pytest.mark.django_db
def test_a_refusal_that_no_view_handled_is_shown_and_not_cached():
    answer = middleware_s_answer(StaleState(), htmx=True)

    assert answer.status_code == 409
    assert "Look again, then decide." in answer.content.decode()
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("error", [ValueError("x"), GatewayError("x", may_retry=True)])
def test_a_bug_stays_a_bug(error):
    assert middleware_s_answer(error) is None
