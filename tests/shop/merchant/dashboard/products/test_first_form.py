"""The form of a new product: images that no refusal loses, SKUs that are made up, no guess."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from shop.catalogue.models import Product
from shop.core.images import drafts
from shop.core.images.models import DraftImage
from tests import make
from tests.hostile_files import picture
from tests.make import NOON
from tests.shop.merchant.dashboard.products.test_edit import body, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def new(desk):
    return desk.address("{store}/products/new/")


def image(name="throw.jpg", content=None):
    content = picture("JPEG", (1200, 1200)) if content is None else content
    return SimpleUploadedFile(name, content, "image/jpeg")


def made():
    return Product.objects.get(title="Adire throw, deep indigo")


def test_a_refusal_keeps_the_chosen_images_and_saving_adds_them(client, new):
    files = [image("front.jpg"), image("back.jpg")]
    page = client.post(new, body(row(price="x"), files=files, alt="An indigo throw"))
    assert page.status_code == 422
    assert "Remove front.jpg" in page.text
    key = page.context["images"].key

    page = client.post(new, body(row(), more="1", images=key, alt="An indigo throw"))
    assert "Remove back.jpg" in page.text
    later = [image("side.jpg")]
    sent = body(row(), files=later, images=key, alt="An indigo throw")
    assert client.post(new, sent).status_code == 302

    shown = made().shown_pictures.order_by("position")
    assert list(shown.values_list("picture__alt", flat=True)) == ["An indigo throw"] * 3
    assert not DraftImage.objects.exists()


def test_a_kept_image_can_be_removed(client, new):
    page = client.post(new, body(row(price="x"), files=[image()], alt="A throw"))
    (row_kept,) = page.context["images"].rows

    sent = body(row(), images=page.context["images"].key, drop=str(row_kept.pk), alt="A throw")
    client.post(new, sent)

    assert not made().shown_pictures.exists()
    assert not DraftImage.objects.exists()


def test_images_without_a_description_are_asked_for_it_and_kept(client, new):
    page = client.post(new, body(row(), files=[image()]))

    assert page.status_code == 422
    assert "Describe the picture for people who cannot see it" in page.text
    assert "Remove throw.jpg" in page.text
    assert not Product.objects.filter(title="Adire throw, deep indigo").exists()


def test_kept_images_are_their_senders_and_their_stores_alone(client, desk, new):
    page = client.post(new, body(row(price="x"), files=[image()], alt="A throw"))
    key = page.context["images"].key
    colleague, stranger = make.member(desk.merchant), make.member(make.merchant())

    client.force_login(colleague)
    assert "Remove throw.jpg" not in client.post(new, body(row(price="x"), images=key)).text
    client.force_login(stranger)
    there = f"/merchant/{stranger.memberships.get().merchant.slug}/products/new/"
    assert "Remove throw.jpg" not in client.post(there, body(row(price="x"), images=key)).text
    client.post(there, body(row(price="x"), images=key, drop=str(DraftImage.objects.get().pk)))

    assert DraftImage.objects.count() == 1


def test_what_is_no_image_is_told_and_not_kept(client, new):
    page = client.post(new, body(row(price="x"), files=[image("a.jpg", b"words")], alt="A"))

    assert "a.jpg" in page.text
    assert not DraftImage.objects.exists()


def test_a_person_has_so_many_kept_images_and_they_go_after_a_day(client, new):
    for _n in range(2):
        files = [image(f"{n}.jpg") for n in range(8)]
        page = client.post(new, body(row(price="x"), files=files, alt="A"))

    assert len(page.context["images"].rows) == 8
    assert DraftImage.objects.count() == drafts.MOST
    assert drafts.forget_kept(at=NOON + timedelta(hours=23)) == 0
    assert drafts.forget_kept(at=NOON + timedelta(hours=25)) == drafts.MOST


def test_a_row_without_a_sku_gets_one_that_is_free(client, desk, new):
    make.variant(of=make.product(of=desk.merchant))
    taken = make.variant(of=make.product(of=desk.merchant))
    taken.sku = "ADIRE-THROW-DEEP-INDIGO-140-X-200-CM"
    taken.save()

    rows = [row(sku="", size="140 x 200 cm"), row(sku="", size="Small"), row(sku="MINE", size="L")]
    assert client.post(new, body(*rows)).status_code == 302

    assert list(made().variants.order_by("pk").values_list("sku", flat=True)) == [
        "ADIRE-THROW-DEEP-INDIGO-140-X-200-CM-2", "ADIRE-THROW-DEEP-INDIGO-SMALL", "MINE",
    ]  # fmt: skip


def test_no_category_is_chosen_before_somebody_does(client, new):
    page = client.get(new)

    assert '<option value="" selected>Choose a category</option>' in page.text
    assert "Choose a category" in client.post(new, body(row(), category="")).text


def test_the_first_form_asks_for_weight_and_images_and_sends_for_review(client, new):
    page = client.get(new).text

    assert "A packed weight is needed before a review." in page
    assert 'id="files"' in page
    sent = body(row(), files=[image()], alt="A throw", then="review", description="Heavy cotton.")
    client.post(new, sent)

    assert made().state == "submitted"


def pressed(page, label):
    """Return what the button of the form with this label sends."""
    (button,) = re.findall(rf"<button([^>]*)>{label}</button>", page)
    assert "form=" not in button
    form = page[page.index('id="words"') : page.index(f">{label}</button>")]
    assert "</form>" not in form
    return {re.search('name="(.*?)"', button)[1]: re.search('value="(.*?)"', button)[1]}


@pytest.mark.parametrize("kind", ["goods", "experience"])
def test_the_page_of_a_new_product_saves_and_sends_for_review(client, desk, new, kind):
    type(desk.merchant).objects.filter(pk=desk.merchant.pk).update(kind="both")

    assert pressed(client.get(f"{new}?kind={kind}").text, "Save and send for review")


def test_what_the_page_of_a_new_product_sends_is_reviewed(client, new):
    button = pressed(client.get(new).text, "Save and send for review")
    sent = body(row(), files=[image()], alt="A throw", description="Heavy cotton.")

    page = client.post(new, sent | button, follow=True)

    assert made().state == "submitted"
    assert [str(told) for told in page.context["messages"]] == ["Waiting for review"]
    assert "Save and send for review" not in page.text


def test_a_new_product_that_lacks_an_image_and_a_weight_is_kept_and_says_so(client, new):
    button = pressed(client.get(new).text, "Save and send for review")

    sent = body(row(weight="", units="7"), description="Heavy cotton.")
    page = client.post(new, sent | button, follow=True)

    assert (made().state, made().variants.get().pool.on_hand) == ("draft", 7)
    assert [str(told) for told in page.context["messages"]] == [
        "Your changes are saved. Some things are missing, listed below."
    ]
    assert "Add a picture" in page.text


def test_a_new_product_that_is_refused_keeps_what_was_typed_and_its_button(client, new):
    button = pressed(client.get(new).text, "Save and send for review")

    page = client.post(new, body(row(price="x"), files=[image()], alt="A throw") | button)

    assert page.status_code == 422
    assert "Remove throw.jpg" in page.text
    assert 'value="AD-TH-140"' in page.text
    assert pressed(page.text, "Save and send for review") == button
    assert not Product.objects.filter(title="Adire throw, deep indigo").exists()
