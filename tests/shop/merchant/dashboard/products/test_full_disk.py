"""Uploads while the disk is full: a sentence, no half of a file, no row without its files."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from PIL import Image

from shop.core.images.models import Picture
from shop.festivals.models import NominationSpreadsheet, SpreadsheetFile
from tests import make
from tests.full_disk import files_in, quota, small_disk
from tests.hostile_files import picture
from tests.shop.merchant.dashboard.spreadsheets.files import csv_of, row

pytestmark = pytest.mark.django_db
NO_ROOM = "There is no room to keep files at the moment. Nothing was kept: try again later."
ROOM = 40_000  # bytes: the smallest of the files fits, the others do not


@pytest.fixture(scope="module")
def photo() -> bytes:
    """Return a picture of which every file is large."""
    made = BytesIO()
    Image.effect_noise((900, 900), 90).convert("RGB").save(made, "JPEG", quality=90)
    return made.getvalue()


@contextmanager
def full(kind: str, place: Path):
    """Let a folder have too little room; a mounted disk where we may, a quota in any case."""
    disk = small_disk(place, 16 * 4096) if kind == "disk" else nullcontext(False)
    with disk as is_mounted, nullcontext() if is_mounted else quota(ROOM):
        yield


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


@pytest.fixture(autouse=True)
def _collection(db) -> None:
    make.collection()


@pytest.fixture(params=["quota", "disk"])
def tight(request, settings, tmp_path):
    """Return a folder for pictures in which there is no room for a picture with its files."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with full(request.param, settings.MEDIA_ROOT):
        yield settings.MEDIA_ROOT


@pytest.mark.parametrize(
    ("address", "facts"),
    [("{store}/products/{draft}/pictures/", {}), ("{store}/profile/", {"what": "banner"})],
)
def test_a_store_is_told_and_nothing_of_its_picture_is_left(
    client, desk, tight, photo, address, facts
):
    known = set(Picture.objects.values_list("pk", flat=True))

    answer = client.post(
        desk.address(address), {"files": upload("a.jpg", photo), "alt": "A cup"} | facts
    )

    assert answer.status_code == 422
    assert NO_ROOM in answer.text
    assert set(Picture.objects.values_list("pk", flat=True)) == known
    assert files_in(tight) == []


def test_the_desk_is_told_and_nothing_of_its_picture_is_left(client, tight, photo):
    client.force_login(make.user(is_staff=True, is_superuser=True))

    one = client.post("/organize/images/add/", {"title": "A", "file": upload("a.jpg", photo)})
    many = client.post(
        "/organize/images/multiple/add/",
        {"title": "A", "files[]": upload("a.jpg", photo)},
        headers={"X-Requested-With": "XMLHttpRequest"},
    )

    assert NO_ROOM in one.text
    assert (many.status_code, many.json()["success"]) == (200, False)
    assert NO_ROOM in many.json()["error_message"]
    assert not Picture.objects.exists()
    assert files_in(tight) == []


def test_a_picture_of_the_desk_stays_when_there_is_no_room_for_another_one(
    client, settings, tmp_path, photo
):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(make.user(is_staff=True, is_superuser=True))
    client.post("/organize/images/add/", {"title": "A", "file": upload("a.jpg", picture())})
    known = Picture.objects.get()
    sizes = {"jpeg": {"320": "/media/sizes/here.jpg"}}
    Picture.objects.update(sizes=sizes)
    before = set(files_in(tmp_path))

    with quota(ROOM):
        answer = client.post(
            f"/organize/images/{known.pk}/", {"title": "A", "file": upload("b.jpg", photo)}
        )

    assert NO_ROOM in answer.text
    after = Picture.objects.get()
    assert (after.file.name, after.sizes) == (
        known.file.name,
        {"jpeg": {"320": "/media/sizes/here.jpg"}},
    )
    assert before <= set(files_in(tmp_path))
    assert not [
        name for name in files_in(tmp_path) if name.startswith(("original_images/b", "sizes"))
    ]


def test_a_rendition_for_which_there_is_no_room_takes_no_page_down(
    client, settings, tmp_path, photo
):
    settings.MEDIA_ROOT = tmp_path
    client.force_login(make.user(is_staff=True, is_superuser=True))
    client.post("/organize/images/add/", {"title": "A", "file": upload("a.jpg", photo)})

    with quota(1_000):
        assert client.get("/organize/images/").status_code == 200
    assert not [name for name in files_in(tmp_path) if name.startswith("parts/")]


@pytest.mark.parametrize("kind", ["quota", "disk"])
def test_a_large_upload_for_which_there_is_no_room_is_told(client, desk, settings, tmp_path, kind):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "coming"
    settings.MEDIA_ROOT = tmp_path / "media"
    large = picture() + bytes(3_000_000)  # more than is kept in memory

    with full(kind, settings.FILE_UPLOAD_TEMP_DIR):
        Path(settings.FILE_UPLOAD_TEMP_DIR).mkdir(exist_ok=True)
        shown = client.post(
            desk.address("{store}/products/{draft}/pictures/"),
            {"files": upload("a.jpg", large), "alt": "A cup"},
        )
        sheet = client.post(
            desk.address("{store}/festivals/{festival}/sheet/"), {"file": upload("a.csv", large)}
        )
        left = files_in(settings.FILE_UPLOAD_TEMP_DIR)

    assert (shown.status_code, sheet.status_code) == (422, 422)
    assert NO_ROOM in shown.text
    assert NO_ROOM in sheet.text
    assert left == []
    assert NominationSpreadsheet.objects.count() == 1  # that of the desk


def test_a_sheet_for_which_the_database_has_no_room_is_told(client, desk):
    where = desk.address("{store}/festivals/{festival}/sheet/")
    with connection.cursor() as cursor:  # the database says what it says when its disk is full
        cursor.execute(
            """
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON shop_sheetfile
            FOR EACH ROW EXECUTE FUNCTION full_disk();
            """
        )

    answer = client.post(where, {"file": csv_of([row(desk.variant.sku, percent="25")])})

    assert answer.status_code == 422
    assert NO_ROOM in answer.text
    assert NominationSpreadsheet.objects.count() == 1  # that of the desk
    assert not SpreadsheetFile.objects.exists()
