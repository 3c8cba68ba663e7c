"""Pictures of a sheet: out of its archive, or from their addresses; none twice."""

import io
import zipfile

import pytest
from PIL import Image

from shop.catalogue.models import Product, ProductPicture
from shop.merchant.imports import receive
from shop.merchant.imports.models import ArchivePicture, SpreadsheetPicture
from shop.merchant.imports.pictures import bring_pictures
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.merchant.imports.bringing import all_in, brought, checked, csv_of, sent, store

pytestmark = pytest.mark.django_db
HEAD = ["sku", "name", "category", "price", "weight_g", "description", "origin", "image_1",
        "image_2"]  # fmt: skip


@pytest.fixture
def own(clock_at, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    clock_at(NOON)
    return store(country="KE")


def picture(colour: str = "#2a2480") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(file, "JPEG")
    return file.getvalue()


def archive(**files: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in files.items():
            packed.writestr(name.replace("_dot_", ".").replace("_in_", "/"), content)
    return file.getvalue()


def row(number: int = 1, *images: str) -> list[str]:
    return [f"C-{number}", f"Cup {number}", "home", "9.00", "300", "A cup.", "KE",
            *images, *[""] * (2 - len(images))]  # fmt: skip


def shown(product: Product) -> list[str]:
    rows = ProductPicture.objects.filter(product=product).order_by("position")
    return list(rows.values_list("picture__alt", flat=True))


def test_pictures_come_out_of_the_archive_in_their_order(own):
    content = csv_of([HEAD, row(1, "Front.JPG", "photos/back.jpg")])
    files = archive(shots_in_FRONT_dot_jpg=picture(), back_dot_jpg=picture("#ffb81c"),
                    notes_dot_txt=b"no picture")  # fmt: skip

    sheet = brought(checked(sent(own, content, archive=files)))

    product = Product.objects.get()
    assert shown(product) == ["Cup 1", "Cup 1"]
    assert list(SpreadsheetPicture.objects.values_list("state", flat=True)) == [
        "fetched",
        "fetched",
    ]
    assert not ArchivePicture.objects.exists()
    assert not sheet.pieces.exists()


def test_the_second_sheet_brings_no_picture_twice_and_none_that_was_taken_off(own):
    content = csv_of([HEAD, row(1, "front.jpg", "back.jpg")])
    files = archive(front_dot_jpg=picture(), back_dot_jpg=picture())
    brought(checked(sent(own, content, archive=files)))
    product = Product.objects.get()
    ProductPicture.objects.filter(product=product, position=1).delete()

    brought(checked(sent(own, content, archive=files)))

    assert len(shown(product)) == 1
    assert SpreadsheetPicture.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "did not come along"),
        (b"MZ" + bytes(4_000), "did not come along"),  # left behind with the archive
        (b"\xff\xd8\xff" + bytes(4_000), "cannot be read"),
    ],
    ids=["missing", "disguised", "broken"],
)
def test_a_picture_that_is_none_is_told_and_holds_nothing_up(own, content, said):
    files = {"good_dot_jpg": picture()} | ({"bad_dot_jpg": content} if content else {})
    rows = [HEAD, row(1, "bad.jpg", "good.jpg"), row(2, "good.jpg")]

    sheet = brought(checked(sent(own, csv_of(rows), archive=archive(**files))))

    assert sheet.state == "done"
    assert [len(shown(one)) for one in Product.objects.order_by("pk")] == [1, 1]
    refused = SpreadsheetPicture.objects.get(state="refused")
    assert said in refused.text


def test_missing_pictures_can_be_sent_later(own):
    sheet = brought(checked(sent(own, csv_of([HEAD, row(1, "front.jpg")]))))
    assert SpreadsheetPicture.objects.get().state == "refused"

    receive.add_archive(sheet, [archive(front_dot_jpg=picture())], at=NOON, by=own.owner)
    run_queued_work()

    assert SpreadsheetPicture.objects.get().state == "fetched"
    assert len(shown(Product.objects.get())) == 1


def test_what_is_no_archive_is_told_and_the_sheet_goes_on(own):
    sheet = sent(own, csv_of([HEAD, row()]), archive=b"no archive at all")

    assert sheet.state == "read"
    assert "There is no picture in this archive" in sheet.problem


def test_an_archive_that_unpacks_without_end_is_read_as_far_as_it_may(own):
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        for n in range(3):
            packed.writestr(f"{n}.jpg", b"\xff\xd8\xff" + bytes(30_000_000))
        packed.writestr("good.jpg", picture())

    sheet = sent(own, csv_of([HEAD, row(1, "good.jpg", "1.jpg")]), archive=bomb.getvalue())

    assert list(sheet.archive.values_list("name", flat=True)) == ["good.jpg"]


def test_a_private_address_is_told_and_asked_no_more(own):
    rows = [HEAD, row(1, "http://10.0.0.7/a.jpg", "ftp://pictures.example/b.jpg")]

    all_in(own, csv_of(rows))

    texts = set(SpreadsheetPicture.objects.values_list("state", "text"))
    assert texts == {
        ("refused", "This address leads into a network that is not public."),
        ("refused", "An address of a picture begins with https"),
    }  # fmt: skip


def test_a_server_that_is_busy_is_asked_again_later_and_not_for_ever(own, settings):
    settings.PICTURE_NETWORKS = ["127.0.0.1/32"]
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://shop.example", ["testserver"]
    sheet = checked(sent(own, csv_of([HEAD, row(1, "http://127.0.0.1:9/a.jpg")])))
    receive.begin(sheet, "writing", at=NOON, by=sheet.by)
    receive.work_on.func(sheet.pk)

    for tries in (1, 2):
        bring_pictures.func(sheet.pk)
        one = SpreadsheetPicture.objects.get()
        assert (one.state, one.tries, one.text) == (
            "waiting", tries, "Nobody answers at this address.",
        )  # fmt: skip
    bring_pictures.func(sheet.pk)

    assert SpreadsheetPicture.objects.get().state == "refused"


def test_complete_products_are_submitted_where_the_sheet_says_so(own):
    rows = [[*HEAD, "state"], [*row(1, "a.jpg"), ""], [*row(2), ""], [*row(3, "a.jpg"), "draft"]]
    sheet = checked(sent(own, csv_of(rows), archive=archive(a_dot_jpg=picture())), submit=True)

    brought(sheet)

    states = Product.objects.order_by("pk").values_list("title", "state")
    assert list(states) == [("Cup 1", "submitted"), ("Cup 2", "draft"), ("Cup 3", "draft")]


def test_pictures_of_what_is_on_sale_wait_for_a_look(own):
    variant = make.variant(9_00, of=make.product(of=own, title="Cup"))
    make.shown_picture(variant.product)
    head = ["sku", "name", "weight_g", "image_1"]
    content = csv_of([head, [variant.sku, "Cup", "500", "new.jpg"]])

    brought(checked(sent(own, content, archive=archive(new_dot_jpg=picture()))))

    assert len(shown(variant.product)) == 1
    assert variant.product.pending_change.has_pictures
