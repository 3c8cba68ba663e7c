"""What was approved stays until somebody has looked: words, pictures, labels, new variants."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shop.catalogue.fields.field_types import Line
from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Product, ProductPicture, Variant
from shop.core.errors import NotPossible
from shop.core.images.models import Picture
from shop.merchant.moderation import pictures, withdraw
from shop.merchant.moderation.contents import LOOKED_AT, public_album
from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.propose import take_back
from shop.storefront.listings.edit import edit_product, told, words_of
from shop.storefront.listings.models import Listing
from shop.storefront.listings.variants import BadRows, TypedVariant
from tests import make
from tests.make import NOON
from tests.shop.merchant.moderation.proposed import propose, rows_of

pytestmark = pytest.mark.django_db
OTHER = {
    "title": "Rolex", "titles": {"fr": "Montre Rolex"}, "summary": "+254 700 000000",
    "description": "Call me.", "materials": ["gold"], "tags": ["rolex"], "origin": "CH",
    "meeting_point": "Behind the bank", "option_names": [], "guided_in": ["fr"],
    "guests_from": 18, "cancel_hours": 168, "gender": "male", "age_group": "kids", "colour": "Gold",
}  # fmt: skip
# Lines of words that are declared later.
OTHER |= {
    name: "Rolex"
    for name, row in FIELDS.items()
    if row.is_moderated and name not in OTHER and isinstance(row.type, Line)
}


def public(product):
    """Return all that shoppers see of a product."""
    now = Product.objects.get(pk=product.pk)
    labels = list(now.variants.order_by("pk").values_list("options", "is_active"))
    listing = Listing.objects.filter(pk=product.pk).values("title", "summary", "text", "category")
    return told(words_of(now)), public_album(now), labels, list(listing)


def test_no_word_of_what_was_approved_changes_before_a_look(product, member, watches):
    before = public(product)

    made = propose(product, member, category_id=watches.pk, **OTHER)

    assert public(product) == before
    assert set(made.words) == {*LOOKED_AT} - {"option_names"}
    assert (made.state, made.waits_since, made.by) == ("waiting", NOON, member)


def test_no_picture_of_what_was_approved_changes_before_a_look(product, member):
    first, second = public_album(product)
    new = make.shown_picture(make.product()).picture
    before = public(product)

    pictures.move(product, second.picture_id, 0, at=NOON, by=member)
    pictures.describe(product, first.picture_id, "Rolex, +254", at=NOON, by=member)
    pictures.remove(product, second.picture_id, at=NOON, by=member)

    assert public(product) == before
    (row,) = PendingChange.objects.get().pictures.all()
    assert (row.picture_id, row.alt) == (first.picture_id, "Rolex, +254")
    assert Picture.objects.filter(pk__in=[second.picture_id, new.pk]).count() == 2


def test_the_last_picture_is_not_proposed_away(product, member):
    first, second = public_album(product)
    pictures.remove(product, second.picture_id, at=NOON, by=member)

    with pytest.raises(NotPossible, match="needs a picture"):
        pictures.remove(product, first.picture_id, at=NOON, by=member)

    assert PendingChange.objects.get().pictures.count() == 1


def test_a_new_label_and_a_new_variant_wait_and_what_carries_no_words_counts_at_once(
    product, kettle, member
):
    known = replace(rows_of(product)[0], options=("Large",), sku="K-L", weight_g=650)
    new = TypedVariant(1, None, "K-S", ("Small",), 400, 9_00, 7)

    made = propose(product, member, rows=[known, new], option_names=["Size"], hs_code="7323.93")

    kettle.refresh_from_db()
    assert (kettle.sku, kettle.weight_g, kettle.options) == ("K-L", 650, [])
    product.refresh_from_db()
    assert (product.hs_code, product.option_names) == ("7323.93", [])
    assert not Variant.objects.filter(sku="K-S").exists()
    assert made.options == {str(kettle.pk): ["Large"]}
    assert [row["sku"] for row in made.variants] == ["K-S"]


def test_rows_that_contradict_each_other_are_said_before_anybody_looks(product, member):
    twice = [*rows_of(product), TypedVariant(1, None, "K-S", ("Small",), 400, 9_00, 7)]

    with pytest.raises(BadRows, match="What can be chosen"):
        propose(product, member, rows=twice)

    assert not PendingChange.objects.exists()


def test_a_later_edit_merges_into_the_one_change(product, member):
    first = propose(product, member, title="Brass kettle")
    later = NOON + timedelta(hours=1)

    second = propose(product, member, title="Brass kettle", summary="It whistles.", at=later)

    assert second.pk == first.pk
    assert second.words == {"title": "Brass kettle", "summary": "It whistles."}
    assert (second.waits_since, second.sent_at) == (NOON, later)


def test_two_edits_in_the_same_instant_are_two_versions(product, member):
    first = propose(product, member, title="Brass kettle")

    assert propose(product, member, title="Tin kettle").sent_at > first.sent_at


def test_what_is_put_back_by_hand_is_no_change_any_more(product, member):
    propose(product, member, title="Brass kettle")

    assert propose(product, member) is None


def test_saving_without_a_change_proposes_nothing(product, member):
    assert propose(product, member) is None


def test_a_change_is_taken_back_with_its_new_pictures(product, member):
    (first, _second), new = public_album(product), make.shown_picture(make.product())
    row = PendingChange.objects.create(
        product=product, waits_since=NOON, sent_at=NOON, has_pictures=True
    )
    row.pictures.create(picture=new.picture, alt="Rolex")
    row.pictures.create(picture_id=first.picture_id, alt="Kettle", position=1)
    ProductPicture.objects.filter(pk=new.pk).delete()

    take_back(product, at=NOON, by=member)

    assert not PendingChange.objects.exists()
    assert not Picture.objects.filter(pk=new.picture_id).exists()
    assert len(public_album(product)) == 2
    with pytest.raises(NotPossible):
        take_back(product, at=NOON, by=member)


def test_nothing_goes_round_the_look(product, member):
    wanted = replace(words_of(product), title="Rolex")

    with pytest.raises(NotPossible, match="another look"):
        edit_product(product, wanted, rows_of(product), version=0, at=NOON, by=member)

    product.refresh_from_db()
    assert product.title == "Copper kettle"


def test_what_is_taken_off_sale_takes_its_change_along(product, kettle, member):
    known = replace(rows_of(product)[0], options=("Large",))
    new = TypedVariant(1, None, "K-S", ("Small",), 400, 9_00, 7)
    propose(product, member, rows=[known, new], title="Brass kettle", option_names=["Size"])
    first, second = public_album(product)
    pictures.move(product, second.picture_id, 0, at=NOON, by=member)

    withdraw.withdraw(product, at=NOON, by=member)

    product.refresh_from_db()
    assert (product.state, product.title) == ("withdrawn", "Brass kettle")
    assert [row.options for row in product.variants.order_by("position")] == [["Large"], ["Small"]]
    assert public_album(product) == [second, first]
    assert not PendingChange.objects.exists()
    assert not Listing.objects.filter(pk=product.pk).exists()


def test_a_sku_that_somebody_took_keeps_no_product_on_sale(product, member):
    new = TypedVariant(1, None, "K-S", ("Small",), 400, 9_00, 7)
    known = replace(rows_of(product)[0], options=("Large",))
    propose(product, member, rows=[known, new], title="Brass kettle", option_names=["Size"])
    Variant.objects.filter(pk=make.variant(of=make.product(of=product.merchant)).pk).update(
        sku="K-S"
    )

    withdraw.withdraw(product, at=NOON, by=member)

    product.refresh_from_db()
    assert (product.state, product.title, product.option_names) == (
        "withdrawn", "Brass kettle", [],
    )  # fmt: skip
