"""Large pictures: what is decoded, what is refused, and what the web process takes meanwhile."""

from functools import cache
from io import BytesIO
from threading import Event, Thread

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from wagtail.images.models import SourceImageIOError

from shop.core.images import clean
from shop.core.images.clean import PictureRefused, cleaned
from shop.core.images.models import Picture
from shop.core.isolation.run import ChildLimits
from tests import make
from tests.hostile_files import colours, lying_webp, picture
from tests.patience import PATIENCE
from tests.taking import taken

MEMORY = 60  # MB that the web process may take over a file of 10 MB at the most


@cache
def expanding() -> bytes:
    """6,300 x 6,300 pixels with a layer of transparency, in 170 KB: it took a gigabyte."""
    return colours(6_300, 6_300, kind=6, bits=8)


def test_a_picture_that_takes_a_gigabyte_is_refused_and_the_web_process_takes_nothing():
    content = expanding()
    assert len(content) < 200_000

    with taken() as found, pytest.raises(PictureRefused) as refusal:
        cleaned(content)

    assert "may have 16 million pixels" in str(refusal.value)
    assert found.memory < MEMORY


def test_a_picture_at_the_limit_is_decoded_outside_the_web_process():
    content = picture("PNG", size=(6_300, 6_300))

    with taken() as found:
        made = cleaned(content)

    assert Image.open(BytesIO(made)).size == (2_400, 2_400)
    assert found.memory < MEMORY


@pytest.mark.parametrize(
    ("kind", "bits"), [(6, 8), (6, 16), (4, 8), (4, 16), (3, 8), (0, 16)],
    ids=["RGBA", "RGBA of 16 bits", "grey with transparency", "the same of 16 bits", "palette",
         "grey of 16 bits"],
)  # fmt: skip
def test_what_is_expanded_has_fewer_pixels(kind, bits):
    small, large = (colours(4_000, height, kind=kind, bits=bits) for height in (500, 4_001))

    assert cleaned(small)
    with pytest.raises(PictureRefused, match="may have 16 million pixels"):
        cleaned(large)


def test_a_webp_has_fewer_pixels_whatever_is_in_it():
    with pytest.raises(PictureRefused, match="may have 16 million pixels"):
        cleaned(picture("WEBP", size=(4_001, 4_000)))


def test_a_file_that_lies_of_its_size_takes_nothing():
    with taken() as found, pytest.raises(PictureRefused):
        cleaned(lying_webp())

    assert found.memory < MEMORY


def test_a_child_that_has_no_memory_left_gives_a_sentence(monkeypatch):
    small = ChildLimits(memory=110_000_000, seconds=10, answer=1_000_000)
    monkeypatch.setattr(clean, "LIMITS", small)

    with pytest.raises(PictureRefused, match="takes too much memory or time"):
        cleaned(picture("PNG", size=(6_000, 6_000)))
    assert cleaned(picture())


def test_who_waits_for_long_is_asked_to_come_again(monkeypatch):
    monkeypatch.setattr(clean, "LONGEST_WAIT", 0.01)
    others, done = Event(), Event()

    def busy() -> None:
        with clean._DECODING:
            others.set()
            done.wait(PATIENCE)

    thread = Thread(target=busy)
    thread.start()
    others.wait(PATIENCE)
    try:
        with pytest.raises(PictureRefused, match="Many pictures are coming in"):
            cleaned(picture())
    finally:
        done.set()
        thread.join()
    assert cleaned(picture())


@pytest.mark.django_db
def test_an_original_from_before_is_shown_without_decoding_it_here(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    facts = {"width": 6_300, "height": 6_300, "collection": make.collection()}
    content = {"plain": picture("PNG", size=(6_300, 6_300)), "worse": expanding()}
    plain, worse = (
        Picture.objects.create(title=name, file=ContentFile(file, name=f"{name}.png"), **facts)
        for name, file in content.items()
    )

    with taken() as found:
        shown = plain.get_rendition("max-165x165")
        with pytest.raises(SourceImageIOError):
            worse.get_rendition("max-165x165")

    assert (shown.width, shown.height) == (165, 165)
    assert found.memory < MEMORY
