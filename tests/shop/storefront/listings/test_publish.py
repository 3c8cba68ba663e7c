"""A product's way into the shop: nothing half done, nothing twice, nothing without a review."""

from datetime import timedelta
from functools import partial

import pytest

from shop.catalogue.models import Product
from shop.core.errors import NotPossible, StaleState
from shop.festivals.models import ChangeLog, PriceSpan, ProductSpan
from shop.storefront.listings import publish
from shop.storefront.listings.models import Listing
from tests import make
from tests.crowd import at_once
from tests.make import NOON

pytestmark = pytest.mark.django_db
State = Product.State


@pytest.fixture
def member():
    return make.member(make.merchant())


@pytest.fixture
def draft(member):
    made = make.draft(member.memberships.get().merchant)
    make.shown_picture(made)
    return made


def state_of(product):
    return Product.objects.values_list("state", flat=True).get(pk=product.pk)


def actions(product):
    rows = ChangeLog.objects.filter(subject="product", subject_id=product.pk).order_by("pk")
    return list(rows.values_list("action", flat=True))


def test_an_approved_product_is_on_sale_with_its_price_and_its_listing(draft, member):
    organizer = make.user(is_staff=True)
    publish.submit(draft, at=NOON, by=member)
    later = NOON + timedelta(hours=1)

    since = publish.approve(draft, at=later, by=organizer)

    draft.refresh_from_db()
    assert (draft.state, draft.published_at, since) == (State.PUBLISHED, later, later)
    assert draft.variants.get().listed_at == later
    assert PriceSpan.objects.get(variant__product=draft).price == 20_00
    assert ProductSpan.objects.get(product=draft).starts_at == later
    assert Listing.objects.get(pk=draft.pk).is_available
    assert actions(draft) == ["submit", "approve"]


def test_everything_that_is_missing_is_said_at_once(member):
    bare = make.product(
        of=member.memberships.get().merchant, state="draft", published_at=None, origin=""
    )

    with pytest.raises(publish.NotReady) as refusal:
        publish.submit(bare, at=NOON, by=member)

    assert {gap.field for gap in refusal.value.gaps} == {
        "pictures", "description", "origin", "variants",
    }  # fmt: skip
    assert state_of(bare) == State.DRAFT
    assert actions(bare) == []


@pytest.mark.parametrize("gap", ["alt", "price", "weight"])
def test_a_picture_without_words_a_size_without_price_or_weight_is_not_reviewed(draft, member, gap):
    variant = draft.variants.get()
    if gap == "alt":
        make.shown_picture(draft, alt=" ")
    elif gap == "price":
        variant.regular_prices.all().delete()
    else:
        draft.variants.update(weight_g=0)

    with pytest.raises(publish.NotReady):
        publish.submit(draft, at=NOON, by=member)

    assert state_of(draft) == State.DRAFT


def test_a_draft_cannot_be_approved_without_being_submitted(draft):
    with pytest.raises(StaleState):
        publish.approve(draft, at=NOON)

    assert state_of(draft) == State.DRAFT
    assert not Listing.objects.exists()
    assert not PriceSpan.objects.exists()


def test_nothing_is_approved_twice(draft, member):
    publish.submit(draft, at=NOON, by=member)
    publish.approve(draft, at=NOON)

    with pytest.raises(StaleState):
        publish.approve(draft, at=NOON)
    with pytest.raises(StaleState):
        publish.submit(draft, at=NOON, by=member)

    assert actions(draft) == ["submit", "approve"]


def test_a_reviewer_says_what_to_change_and_the_merchant_reads_it(draft, member):
    publish.submit(draft, at=NOON, by=member)

    with pytest.raises(NotPossible):
        publish.request_changes(draft, "  ", at=NOON)
    publish.request_changes(draft, "Show the size.", at=NOON)

    draft.refresh_from_db()
    assert (draft.state, draft.review_note) == (State.DRAFT, "Show the size.")


def test_what_is_taken_off_sale_has_no_price_and_no_listing_but_keeps_its_history(draft, member):
    publish.submit(draft, at=NOON, by=member)
    publish.approve(draft, at=NOON)
    end = NOON + timedelta(days=1)

    publish.withdraw(draft, at=end, by=member)

    assert state_of(draft) == State.WITHDRAWN
    span = PriceSpan.objects.get(variant__product=draft)
    assert (span.starts_at, span.ends_at) == (NOON, end)
    assert not Listing.objects.filter(pk=draft.pk).exists()


def test_a_submitted_product_can_be_taken_back(draft, member):
    publish.submit(draft, at=NOON, by=member)

    publish.withdraw(draft, at=NOON, by=member)

    assert state_of(draft) == State.DRAFT
    with pytest.raises(StaleState):
        publish.withdraw(draft, at=NOON, by=member)


def test_a_product_with_a_deal_that_is_not_over_stays_on_sale():
    festival = make.festival()
    variant = make.variant(20_00)
    make.deal(variant, during=festival, price=15_00)

    with pytest.raises(NotPossible):
        publish.withdraw(variant.product, at=NOON)

    assert state_of(variant.product) == State.PUBLISHED
    publish.withdraw(variant.product, at=festival.ends_at)
    assert state_of(variant.product) == State.WITHDRAWN


@pytest.mark.parametrize(("days", "begins_anew"), [(29, False), (31, True)])
def test_a_product_that_was_long_off_sale_begins_a_new_life(draft, member, days, begins_anew):
    publish.submit(draft, at=NOON, by=member)
    publish.approve(draft, at=NOON)
    publish.withdraw(draft, at=NOON + timedelta(days=1), by=member)
    back = NOON + timedelta(days=1 + days)

    publish.submit(draft, at=back, by=member)
    publish.approve(draft, at=back)

    assert draft.variants.get().listed_at == (back if begins_anew else NOON)
    assert PriceSpan.objects.filter(variant__product=draft).count() == 2


@pytest.mark.django_db(transaction=True)
def test_of_two_organizers_one_approves_and_the_other_is_told():
    draft = make.draft(make.merchant(), state="submitted")

    results = at_once([partial(publish.approve, draft, at=NOON) for _ in range(2)])

    assert sum(isinstance(found, StaleState) for found in results) == 1
    assert PriceSpan.objects.filter(variant__product=draft).count() == 1
    assert actions(draft) == ["approve"]


@pytest.mark.django_db(transaction=True)
def test_who_takes_a_product_back_and_who_approves_it_never_both_win():
    for _round in range(5):
        draft = make.draft(make.merchant(), state="submitted")

        results = at_once(
            [
                partial(publish.approve, draft, at=NOON),
                partial(publish.request_changes, draft, "Smaller.", at=NOON),
            ]
        )

        assert sum(isinstance(found, StaleState) for found in results) == 1
        on_sale = state_of(draft) == State.PUBLISHED
        assert PriceSpan.objects.filter(variant__product=draft).exists() == on_sale
        assert Listing.objects.filter(pk=draft.pk).exists() == on_sale


@pytest.mark.parametrize("state", ["draft", "submitted"])
def test_nobody_reads_of_a_product_before_it_is_approved(client, state):
    secret = make.draft(make.merchant(), state=state, title="A secret kettle")

    answer = client.get(f"/products/{secret.slug}/")

    assert answer.status_code == 404
    assert "A secret kettle" not in answer.text
    assert "no longer on sale" not in answer.text  # it never was
