"""What is changed of a picture in Wagtail's admin is seen in the shop at once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shop.festivals.models import PriceChange
from shop.listings.models import Listing
from shop.pictures.uploading import store
from shop.storefront import epoch
from tests import make
from tests.hostile_files import picture
from tests.organizing.people import BEFORE, organizer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, clock_at, settings, tmp_path):
    clock_at(BEFORE)
    settings.MEDIA_ROOT = tmp_path
    client.force_login(organizer())
    return client


@pytest.fixture
def cover(desk):
    """Return the cover of a product on sale, with its files."""
    kettle = make.variant()
    shown = make.shown_picture(kettle.product)
    shown.picture = store(SimpleUploadedFile("a.jpg", picture()), alt="A kettle", by=None)
    shown.save()
    make.listed(kettle.product)
    return shown.picture


def change(desk, cover, **facts):
    sent = {"title": cover.title, "alt": cover.alt, "collection": cover.collection_id, "tags": ""}
    answer = desk.post(f"/organize/images/{cover.pk}/", sent | facts)
    assert answer.status_code == 302, answer.context["form"].errors
    epoch.forget()


def test_new_words_are_read_at_once(desk, cover):
    address = f"/products/{Listing.objects.get().slug}/"
    assert 'alt="A kettle"' in Client().get(address).text

    change(desk, cover, alt="A red kettle")

    assert Listing.objects.get().picture["alt"] == "A red kettle"
    assert 'alt="A red kettle"' in Client().get(address).text


def test_another_file_is_shown_in_all_sizes(desk, cover, tmp_path):
    before = Listing.objects.get().picture["small"]
    wide = SimpleUploadedFile("b.jpg", picture(size=(1300, 500)), "image/jpeg")

    change(desk, cover, file=wide)

    cover.refresh_from_db()
    after = Listing.objects.get().picture["small"]
    assert after != before
    assert after == cover.sizes["jpeg"]["320"]
    with Image.open(tmp_path / after.removeprefix("/media/")) as made:
        assert made.size == (320, 123)
    assert after in Client().get("/products/").text


def test_what_the_shop_does_not_show_changes_no_copy(desk, cover):
    before = PriceChange.objects.count()

    change(desk, cover, title="Kettle 7")

    assert PriceChange.objects.count() == before
