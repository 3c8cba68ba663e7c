"""Organizers decide on exactly what they saw; what they approve is public at once, and told."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from shop.catalogue.models import Product, Variant
from shop.core.errors import NotPossible, StaleState
from shop.festivals.models import ChangeLog, PriceSpan
from shop.merchant.moderation import decide as moderation_decide
from shop.merchant.moderation import pictures
from shop.merchant.moderation.contents import public_album
from shop.merchant.moderation.models import PendingChange
from shop.storefront.listings import publish
from shop.storefront.listings.models import Listing
from shop.storefront.listings.variants import BadRows, TypedVariant
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.moderation.proposed import approve, propose, rows_of
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(hours=1)


def test_an_approved_change_is_public_at_once(product, kettle, member, organizer, watches):
    known = replace(rows_of(product)[0], options=("Large",))
    new = TypedVariant(1, None, "K-S", ("Small",), 400, 9_00, 7)
    first, second = public_album(product)
    pictures.move(product, second.picture_id, 0, at=NOON, by=member)
    pictures.describe(product, first.picture_id, "The spout", at=NOON, by=member)
    made = propose(
        product, member, rows=[known, new], title="Brass kettle", option_names=["Size"],
        category_id=watches.pk,
    )  # fmt: skip

    approve(made, organizer, at=LATER)

    listing = Listing.objects.get(pk=product.pk)
    assert (listing.title, listing.category) == ("Brass kettle", "watches")
    assert listing.picture["alt"] == "From above"
    assert [row.alt for row in public_album(product)] == ["From above", "The spout"]
    kettle.refresh_from_db()
    assert kettle.options == ["Large"]
    fresh = Variant.objects.select_related("pool").get(sku="K-S")
    assert (fresh.options, fresh.pool.on_hand, fresh.listed_at) == (["Small"], 7, LATER)
    assert PriceSpan.objects.get(variant=fresh).price == 9_00
    assert not PendingChange.objects.exists()
    line = ChangeLog.objects.get(action="approve change")
    assert (line.by, line.before["title"], line.after["title"]) == (
        organizer, "Copper kettle", "Brass kettle",
    )  # fmt: skip


@pytest.mark.parametrize("seen", [None, NOON - timedelta(seconds=1)])
@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_what_was_changed_since_it_was_seen_is_looked_at_again(
    product, member, organizer, seen, answer
):
    made = propose(product, member, title="Rolex")
    facts = {"seen": seen, "at": NOON, "by": organizer}

    decide = {
        "approve": partial(moderation_decide.approve, made),
        "refuse": partial(moderation_decide.refuse, made, "A counterfeit"),
    }[answer]

    with pytest.raises(StaleState):
        decide(**facts)

    product.refresh_from_db()
    made.refresh_from_db()
    assert (product.title, made.state) == ("Copper kettle", "waiting")


def test_a_picture_that_came_meanwhile_is_looked_at_as_well(product, member, organizer):
    made = propose(product, member, title="Brass kettle")
    seen = made.sent_at
    pictures.move(product, public_album(product)[1].picture_id, 0, at=NOON, by=member)

    with pytest.raises(StaleState):
        moderation_decide.approve(made, seen=seen, at=NOON, by=organizer)


@pytest.mark.parametrize("act", ["approve", "refuse", "take_down", "put_back", "first"])
def test_nobody_looks_at_changes_of_a_store_of_their_own(product, member, act):
    made = propose(product, member, title="Rolex")
    facts = {"at": NOON, "by": member}
    if act in ("first", "put_back"):
        state = "submitted" if act == "first" else "taken_down"
        Product.objects.filter(pk=product.pk).update(state=state)
    state = Product.objects.get(pk=product.pk).state

    decide = {
        "approve": partial(moderation_decide.approve, made, seen=made.sent_at),
        "refuse": partial(moderation_decide.refuse, made, "No", seen=made.sent_at),
        "take_down": partial(publish.take_down, product, "No"),
        "put_back": partial(publish.put_back, product),
        "first": partial(publish.approve, product),
    }[act]

    with pytest.raises(NotPossible, match="act for this store yourself"):
        decide(**facts)

    product.refresh_from_db()
    assert (product.title, product.state) == ("Copper kettle", state)


def test_a_refusal_needs_a_reason(product, member, organizer):
    made = propose(product, member, title="Rolex")

    with pytest.raises(NotPossible, match="reason"):
        moderation_decide.refuse(made, "  ", seen=made.sent_at, at=NOON, by=organizer)

    made.refresh_from_db()
    assert made.is_waiting


def test_a_refused_change_is_mended_and_sent_again_but_never_as_it_was(product, member, organizer):
    made = propose(product, member, title="Rolex")
    moderation_decide.refuse(made, "A counterfeit", seen=made.sent_at, at=NOON, by=organizer)

    same = propose(product, member, title="Rolex", at=LATER)
    assert (same.state, same.note) == ("refused", "A counterfeit")
    mended = propose(product, member, title="Brass kettle", at=LATER)

    assert (mended.state, mended.note, mended.waits_since) == ("waiting", "", LATER)


def test_whoever_thinks_better_of_a_refusal_approves_it(product, member, organizer):
    made = propose(product, member, title="Brass kettle")
    moderation_decide.refuse(made, "Which one?", seen=made.sent_at, at=NOON, by=organizer)
    made.refresh_from_db()

    approve(made, organizer)

    product.refresh_from_db()
    assert product.title == "Brass kettle"


def test_a_change_that_cannot_be_any_more_is_refused_whole(product, member, organizer):
    known = replace(rows_of(product)[0], options=("Large",))
    new = TypedVariant(1, None, "K-S", ("Small",), 400, 9_00, 7)
    made = propose(product, member, rows=[known, new], title="Tin", option_names=["Size"])
    Variant.objects.filter(pk=make.variant(of=make.product(of=product.merchant)).pk).update(
        sku="K-S"
    )

    with pytest.raises(BadRows, match="K-S"):
        approve(made, organizer)

    product.refresh_from_db()
    assert (product.title, product.option_names) == ("Copper kettle", [])
    assert PendingChange.objects.get().is_waiting


LETTERS = {
    "en": ["Your change is not approved: Tin kettle", "Your change is approved: Tin kettle"],
    "fr": [
        "Votre modification n’est pas validée\u00a0: Tin kettle",
        "Votre modification est validée\u00a0: Tin kettle",
    ],
}


@pytest.mark.parametrize("language", LETTERS)
def test_the_store_is_told_in_its_language(product, member, organizer, mailoutbox, language):
    type(member).objects.filter(pk=member.pk).update(language=language)
    made = propose(product, member, title="Rolex")
    moderation_decide.refuse(made, "A counterfeit", seen=made.sent_at, at=NOON, by=organizer)
    approve(propose(product, member, title="Tin kettle", at=LATER), organizer)

    run_queued_work()

    first, second = [mail for mail in mailoutbox if mail.to == [member.email]]
    assert [first.subject, second.subject] == LETTERS[language]
    assert "A counterfeit" in first.body
    assert f"/merchant/{product.merchant.slug}/products/{product.pk}/" in first.body


@pytest.mark.django_db(transaction=True)
def test_of_two_organizers_one_decides(product, member, organizer):
    made = propose(product, member, title="Brass kettle")
    seen, another = {"seen": made.sent_at, "at": NOON}, make.user(is_staff=True)

    with open_transaction(partial(moderation_decide.refuse, made, "No", by=organizer, **seen)):
        second = Beside(partial(moderation_decide.approve, made, by=another, **seen))
        assert second.waits()

    assert isinstance(second.result(), StaleState)
    product.refresh_from_db()
    assert product.title == "Copper kettle"
    assert PendingChange.objects.get().note == "No"
