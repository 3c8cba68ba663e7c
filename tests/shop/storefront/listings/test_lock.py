"""Edits of a product and orders of it wait for each other in one direction only."""

from dataclasses import replace
from functools import partial

import pytest
from django.db import transaction

from shop.festivals.prices import spans
from shop.merchant.moderation import decide, pictures
from shop.merchant.moderation import withdraw as moderation_withdraw
from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.propose import save_product
from shop.storefront.listings import publish
from shop.storefront.listings.edit import words_of
from shop.storefront.listings.refresh import note_stock
from tests import make
from tests.make import NOON
from tests.stepping import Beside

pytestmark = pytest.mark.django_db(transaction=True)


def edit(product, member):
    return partial(save_product, product, words_of(product), [], version=0, at=NOON, by=member)


def withdraw(product, member):
    return partial(moderation_withdraw.withdraw, product, at=NOON, by=member)


def cover(product, member):
    make.shown_picture(product)
    last = make.shown_picture(product)
    return partial(pictures.move, product, last.picture_id, 0, at=NOON, by=member)


def approve(product, member):
    words = replace(words_of(product), title="Anew")
    save_product(product, words, [], version=0, at=NOON, by=member)
    pending_change = PendingChange.objects.get(product=product)
    return partial(
        decide.approve, pending_change, seen=pending_change.sent_at, at=NOON, by=make.user()
    )


def take_down(product, member):
    return partial(publish.take_down, product, "A counterfeit", at=NOON, by=make.user())


@pytest.mark.parametrize("change", [edit, withdraw, cover, approve, take_down])
def test_a_change_of_a_product_and_its_last_unit_never_wait_in_a_circle(change):
    variant = make.variant(20_00, of=make.product(kind="experience"), on_hand=1)
    product = variant.product
    make.listed(product)
    action = change(product, make.member(product.merchant))

    with transaction.atomic():  # as an order does: first the prices, then the listing
        spans.lock_prices([product.pk], at=NOON)
        other = Beside(action)
        assert other.waits()
        note_stock([variant.pool_id], at=NOON)

    assert not isinstance(other.result(), Exception)
