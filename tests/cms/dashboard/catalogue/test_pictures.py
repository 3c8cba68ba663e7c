"""What is changed of a picture in Wagtail's admin is seen in the shop at once."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shop.core.images.clean import cleaned
from shop.core.images.models import Picture
from shop.core.images.upload import store
from shop.festivals.models import PriceChange
from shop.storefront.cache import catalogue_version
from shop.storefront.listings.models import Listing
from tests import make
from tests.cms.dashboard.people import BEFORE, organizer
from tests.full_disk import files_in
from tests.hostile_files import REFUSED, SCRIPT, colours, picture
from tests.taking import taken

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
    catalogue_version.forget()


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


def telling() -> bytes:
    """Return a picture that says where it was taken, with a script behind it."""
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "Camera of Amina"
    return picture(size=(900, 700), exif=exif, comment="At home") + SCRIPT


def add(desk, content, name="a.jpg", **facts):
    return desk.post(
        "/organize/images/add/", {"title": "A", "file": SimpleUploadedFile(name, content)} | facts
    )


def add_many(desk, content):
    return desk.post(
        "/organize/images/multiple/add/",
        {"title": "A", "files[]": SimpleUploadedFile("a.jpg", content)},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )


def choose(desk, content):
    facts = {"image-chooser-upload-title": "A", "image-chooser-upload-collection": "1"}
    file = {"image-chooser-upload-file": SimpleUploadedFile("a.jpg", content)}
    return desk.post("/organize/images/chooser/create/", facts | file)


@pytest.mark.parametrize("way", [add, add_many, choose])
def test_a_picture_from_the_desk_carries_nothing_along(desk, way):
    content = telling()

    way(desk, content)

    kept = Picture.objects.get()
    left = kept.file.read()
    assert left == cleaned(content)
    assert (kept.width, kept.height, kept.file_size) == (900, 700, len(left))
    for part in (b"Exif", b"Amina", b"At home", b"<script"):
        assert part in content
        assert part not in left


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "evil.php", "a.jpg"])
def test_a_picture_from_the_desk_is_known_by_its_content(desk, name):
    assert add(desk, picture("PNG", size=(300, 300)), name).status_code == 302

    assert Picture.objects.get().file.name.endswith(".jpg")


@pytest.mark.parametrize("way", [add, add_many, choose])
@pytest.mark.parametrize("what", ["a bomb that Pillow would open", "gif", "half a jpeg"])
def test_what_no_store_may_send_the_desk_may_not_either(desk, tmp_path, way, what):
    make_file, sentence = REFUSED[what]

    answer = way(desk, make_file())

    assert answer.status_code == 200
    said = answer.json()["error_message"] if way is add_many else answer.text
    assert sentence in said.replace("\\u002D", "-")
    assert not Picture.objects.exists()
    assert files_in(tmp_path) == []


def test_the_desk_takes_no_gigabyte_either(desk):
    content = colours(6_300, 6_300, kind=6, bits=8)

    with taken() as found:
        answer = add(desk, content)

    assert "may have 16 million pixels" in answer.text
    assert found.memory < 60
