"""Uploaded pictures: a new JPEG of each, and nothing of what it carried."""

from io import BytesIO

import pillow_heif
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from shop.core.images.clean import PictureRefused, cleaned
from shop.core.images.models import Picture
from shop.core.images.upload import store
from tests.hostile_files import CLEANED, NAMES, REFUSED, picture

TURNED = 6  # EXIF: a viewer turns it to the right


def opened(content):
    image = Image.open(BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_picture_or_too_much_of_one_is_refused_with_a_sentence(what):
    make_file, sentence = REFUSED[what]

    with pytest.raises(PictureRefused) as refusal:
        cleaned(make_file())

    assert sentence in str(refusal.value)


@pytest.mark.parametrize("what", CLEANED)
def test_nothing_beside_the_picture_comes_out_again(what):
    made = cleaned(CLEANED[what]())

    assert opened(made).format == "JPEG"
    for part in (b"<script", b"<?php", b"PK\x03\x04", b"Exif", b"ICC_PROFILE", b"http"):
        assert part not in made


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_pictures_of_cameras_and_phones_are_taken(kind):
    pillow_heif.register_heif_opener()

    assert opened(cleaned(picture(kind))).size == (640, 480)


def test_where_a_picture_was_taken_is_forgotten_and_it_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = TURNED
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "Camera of Amina"

    made = opened(cleaned(picture(exif=exif)))

    assert made.size == (480, 640)
    assert not made.getexif()
    assert set(made.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}


def test_a_large_picture_is_made_smaller_and_a_small_one_is_not_made_larger():
    assert opened(cleaned(picture(size=(6000, 3000)))).size == (2400, 1200)
    assert opened(cleaned(picture("PNG", size=(3000, 6000)))).size == (1200, 2400)
    assert opened(cleaned(picture(size=(300, 250)))).size == (300, 250)


def test_colours_are_those_of_srgb():
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    made = cleaned(picture(icc_profile=lab))

    assert b"ICC_PROFILE" not in made
    red, green, blue = opened(made).getpixel((10, 10))
    assert (red > 240, 150 < green < 180, blue < 20) == (True, True, True)


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGBA"), ("PNG", "P"), ("PNG", "1"), ("PNG", "LA"), ("PNG", "I;16"),
     ("JPEG", "CMYK"), ("JPEG", "L"), ("WEBP", "RGBA")],
)  # fmt: skip
def test_every_way_of_keeping_colours_is_read(kind, mode):
    colour = {"I;16": 40_000, "CMYK": (0, 0, 0, 0)}.get(mode, "white")
    made = BytesIO()
    Image.new(mode, (300, 300), colour).save(made, kind)

    image = opened(cleaned(made.getvalue()))

    assert image.mode == "RGB"
    assert image.getpixel((150, 150))[0] > 150
    if mode == "I;16":
        assert image.getpixel((150, 150))[0] < 160


def test_of_a_moving_picture_the_first_frame_is_kept():
    frames = [Image.new("RGB", (300, 300), colour) for colour in ("red", "blue")]
    made = BytesIO()
    frames[0].save(made, "WEBP", save_all=True, append_images=frames[1:], lossless=True)

    image = opened(cleaned(made.getvalue()))

    assert getattr(image, "n_frames", 1) == 1
    assert image.getpixel((100, 100))[0] > 240


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_a_file_gets_a_name_of_ours_whatever_it_was_called(settings, tmp_path, name):
    settings.MEDIA_ROOT = tmp_path / "media"

    made = store(SimpleUploadedFile(name, picture()), alt="A kettle", by=None)

    assert made.file.name.removeprefix("original_images/").removesuffix(".jpg").isalnum()
    files = {path.suffix for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {".jpg"}
    assert set(made.sizes["jpeg"]) == {"320", "640"}


@pytest.mark.django_db
def test_a_picture_without_words_is_not_taken(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path

    with pytest.raises(PictureRefused):
        store(SimpleUploadedFile("a.jpg", picture()), alt="  ", by=None)

    assert not Picture.objects.exists()
    assert list(tmp_path.iterdir()) == []
