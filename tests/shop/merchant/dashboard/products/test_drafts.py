"""A copy begins a draft, a preview shows one, and one that was never on sale can go."""

import pytest
from django.test import Client

from shop.catalogue.models import Product, ProductPicture, Variant
from shop.catalogue.stock.models import Pool
from shop.catalogue.translations import words_in
from shop.core.images.models import Picture
from shop.festivals.models import ChangeLog, RegularPrice
from shop.merchant.moderation.translate import apply
from tests import make
from tests.make import NOON
from tests.shop.merchant.dashboard.desk import EVIL
from tests.shop.merchant.dashboard.products.test_edit import body, form_of, row

pytestmark = pytest.mark.django_db


def made_by(client, desk, *rows, **words):
    client.post(desk.address("{store}/products/new/"), body(*rows, **words))
    return Product.objects.filter(merchant=desk.merchant).latest("pk")


def test_a_copy_has_words_languages_sizes_and_prices_but_no_pictures_and_no_stock(client, desk):
    first = made_by(client, desk, row(sku="TH-1"), row(sku="TH-2", size="180 × 220 cm"))
    french = {"title": "Jeté", "summary": "Coton.", "description": "Teint deux fois.",
              "meeting_point": "", "terms": {}, "is_read": True}  # fmt: skip
    apply(first, {"fr": french}, at=NOON, by=desk.member)
    make.shown_picture(first)

    answer = client.post(f"/merchant/{desk.merchant.slug}/products/{first.pk}/copy/")

    copy = Product.objects.latest("pk")
    assert answer.url.endswith(f"/products/{copy.pk}/")
    assert (copy.state, copy.title, copy.titles["fr"]) == ("draft", first.title, "Jeté")
    assert copy.slug != first.slug
    assert words_in(copy)["fr"]["description"] == "Teint deux fois."
    variants = list(copy.variants.select_related("pool"))
    assert [v.sku for v in variants] == ["TH-1-2", "TH-2-2"]
    assert [v.options for v in variants] == [["140 × 200 cm"], ["180 × 220 cm"]]
    assert {v.pool.on_hand for v in variants} == {0}
    amounts = RegularPrice.objects.filter(variant__product=copy).values_list("amount", flat=True)
    assert list(amounts) == [69_00, 69_00]
    assert not ProductPicture.objects.filter(product=copy).exists()


def test_a_copy_of_what_is_on_sale_is_a_draft_and_begins_with_what_is_proposed(client, desk):
    own = desk.address("{store}/products/{product}/")
    client.post(own, form_of(client, own) | {"title": "Kettle, red"})

    client.post(desk.address("{store}/products/{product}/copy/"))
    client.post(desk.address("{store}/products/{product}/copy/"))

    second, third = Product.objects.order_by("-pk")[:2]
    assert (second.title, second.state, second.published_at) == ("Kettle, red", "draft", None)
    assert second.variants.get().sku != third.variants.get().sku
    assert second.variants.get().listed_at is None


def test_a_draft_that_was_never_on_sale_goes_with_all_that_it_has(client, desk):
    draft = made_by(client, desk, row(sku="TH-1"))
    picture = make.shown_picture(draft).picture_id
    where = f"/merchant/{desk.merchant.slug}/products/{draft.pk}/delete/"
    pools = Pool.objects.count()
    assert "gone for good" in client.get(where).text

    assert client.post(where).status_code == 302

    assert not Product.objects.filter(pk=draft.pk).exists()
    assert not Variant.objects.filter(sku="TH-1").exists()
    assert Pool.objects.count() == pools - 1
    assert not Picture.objects.filter(pk=picture).exists()
    line = ChangeLog.objects.get(action="delete draft")
    assert (line.subject_id, line.before["title"]) == (desk.merchant.pk, draft.title)
    assert client.post(where).status_code == 404


@pytest.mark.parametrize("state", ["submitted", "published", "withdrawn", "taken_down"])
def test_nothing_else_can_be_deleted(client, desk, state):
    Product.objects.filter(pk=desk.product.pk).update(state=state)

    client.post(desk.address("{store}/products/{product}/delete/"))

    assert Product.objects.filter(pk=desk.product.pk).exists()


def test_a_draft_that_was_on_sale_before_stays(client, desk):
    """Sent back by an organizer after it was taken off sale: orders name it."""
    Product.objects.filter(pk=desk.product.pk).update(state="draft")

    client.post(desk.address("{store}/products/{product}/delete/"))

    assert Variant.objects.filter(product=desk.product).exists()
    assert "Delete this draft" not in client.get(desk.address("{store}/products/{product}/")).text


def test_a_draft_is_seen_as_shoppers_would_see_it_and_by_its_store_alone(client, desk):
    draft = made_by(client, desk, row(sku="TH-1"), description="Dyed twice in indigo.", title=EVIL)
    where = f"/merchant/{desk.merchant.slug}/products/{draft.pk}/preview/"

    page = client.get(where)

    assert page.status_code == 200
    assert "Dyed twice in indigo." in page.text
    assert "69.00" in page.text
    assert "Nothing can be bought here" in page.text
    assert "<img src=x" not in page.text
    assert "no-store" in page.headers["Cache-Control"]
    assert client.get(f"/products/{draft.slug}/").status_code == 404
    stranger = Client()
    stranger.force_login(make.member(make.merchant()))
    assert stranger.get(where).status_code == 404


def test_the_preview_of_a_product_on_sale_shows_what_is_proposed(client, desk):
    own = desk.address("{store}/products/{product}/")
    sent = form_of(client, own) | {"title": "Kettle, red", "summary": "It sings."}
    client.post(own, sent)

    page = client.get(desk.address("{store}/products/{product}/preview/")).text

    assert "Kettle, red" in page
    assert "Add to cart" not in page
    assert "It sings." in page
    assert "Kettle, red" not in Client().get(f"/products/{desk.product.slug}/").text


def test_a_draft_without_a_customs_code_is_shown_those_of_its_category(client, desk):
    draft = made_by(client, desk, row(sku="TH-1"), hs_code="")
    for code, count in (("6301.30", 2), ("6302.60", 1), ("", 4)):
        for _n in range(count):
            make.product(category=draft.category, hs_code=code)

    page = client.get(f"/merchant/{desk.merchant.slug}/products/{draft.pk}/").text

    assert "Often in this category: 6301.30, 6302.60" in page
