import dataclasses
import io

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import default_storage
from django.http import Http404
from PIL import Image

from config.media import media
from sample.pictures import banner_files, cloth_file, convert, draw_all, logo_file, product_files
from sample.reading import stores


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pictures")
    draw_all(folder, jobs=2, report=lambda done, total: None, sheets=[stores()[0]])
    return folder


def files_in(folder):
    return sorted(path for path in folder.rglob("*") if path.is_file())


def one_product():
    """Return a store with one product: quick to draw."""
    store = stores()[1]
    return dataclasses.replace(store, products=store.products[:1])


def silent(done, total):
    pass


def test_a_store_gets_its_products_in_three_widths_a_logo_a_banner_and_a_cloth(drawn):
    store = stores()[0]

    assert len(files_in(drawn)) == 34
    for product in store.products:
        for width, file in product_files(drawn, store, product).items():
            with Image.open(file) as image:
                assert (image.format, image.size) == ("JPEG", (width, width))
    with Image.open(logo_file(drawn, store)) as logo:
        assert (logo.format, logo.size) == ("JPEG", (400, 400))
    for width, file in banner_files(drawn, store).items():
        with Image.open(file) as banner:
            assert (banner.format, banner.size) == ("JPEG", (width, width * 5 // 16))
    assert cloth_file(drawn, store).read_text("utf-8").startswith("<svg xmlns=")


def test_cards_stay_light(drawn):
    store = stores()[0]
    cards = [product_files(drawn, store, product)[320] for product in store.products]

    assert max(file.stat().st_size for file in cards) < 40_000
    assert cloth_file(drawn, store).stat().st_size < 6000


def test_a_second_run_draws_nothing_and_says_that_all_is_done(drawn):
    before = {file: file.stat().st_mtime_ns for file in files_in(drawn)}
    told = []

    draw_all(drawn, jobs=2, report=lambda *numbers: told.append(numbers), sheets=[stores()[0]])

    assert told == [(13, 13)]
    assert {file: file.stat().st_mtime_ns for file in files_in(drawn)} == before


def test_progress_counts_up_to_the_whole(tmp_path):
    told = []

    draw_all(tmp_path, jobs=1, report=lambda *numbers: told.append(numbers), sheets=[one_product()])

    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_run_goes_on_where_another_was_killed(tmp_path):
    store = one_product()
    draw_all(tmp_path, jobs=1, report=silent, sheets=[store])
    whole = {file: file.read_bytes() for file in files_in(tmp_path)}
    lost = product_files(tmp_path, store, store.products[0])[640]
    lost.unlink()
    half = lost.with_name(f"{lost.name}.1.part")
    half.write_bytes(b"half a picture")
    told = []

    draw_all(tmp_path, jobs=1, report=lambda *numbers: told.append(numbers), sheets=[store])

    assert told == [(3, 4), (4, 4)]
    assert {file: file.read_bytes() for file in whole} == whole
    assert half.read_bytes() == b"half a picture"


def test_a_picture_that_cannot_be_drawn_stops_the_run_and_leaves_no_file(tmp_path):
    store = one_product()
    product = dataclasses.replace(store.products[0], art="no-such-kind")

    with pytest.raises(KeyError):
        draw_all(
            tmp_path,
            jobs=1,
            report=silent,
            sheets=[dataclasses.replace(store, products=(product,))],
        )

    assert not (tmp_path / "products").exists()


def test_other_colours_take_another_name(tmp_path):
    store = one_product()
    other = dataclasses.replace(store, colours=("#112233", "#E9B44C", "#1F5C57"))

    assert logo_file(tmp_path, store) != logo_file(tmp_path, other)
    assert cloth_file(tmp_path, store) != cloth_file(tmp_path, other)
    mine, theirs = (product_files(tmp_path, one, store.products[0]) for one in (store, other))
    assert not set(mine.values()) & set(theirs.values())


@pytest.mark.parametrize(
    "hostile", ["../../outside", "/etc/passwd", "..", "a/b\\c", "nul\x00byte", "C:\\x", "."]
)
def test_a_hostile_name_cannot_leave_the_folder(tmp_path, hostile):
    store = one_product()
    product = dataclasses.replace(store.products[0], sku=hostile)
    store = dataclasses.replace(store, slug=hostile, name=hostile, products=(product,))
    folder = tmp_path / "inside"

    draw_all(folder, jobs=1, report=silent, sheets=[store])

    assert len(files_in(folder)) == 7
    assert files_in(tmp_path) == files_in(folder)
    assert {file.parent.parent for file in files_in(folder)} == {folder}


def test_a_picture_is_converted_to_avif_and_webp_once(tmp_path):
    store = one_product()
    draw_all(tmp_path, jobs=1, report=silent, sheets=[store])
    card = product_files(tmp_path, store, store.products[0])[320]

    made = convert(card)
    stamps = [file.stat().st_mtime_ns for file in made]

    assert [file.name for file in made] == [f"{card.stem}.avif", f"{card.stem}.webp"]
    for file, kind in zip(made, ("AVIF", "WEBP"), strict=True):
        with Image.open(io.BytesIO(file.read_bytes())) as image:
            assert (image.format, image.size) == (kind, (320, 320))
        assert file.stat().st_size < card.stat().st_size
    assert convert(card) == made
    assert [file.stat().st_mtime_ns for file in made] == stamps


def test_a_picture_is_drawn_when_it_is_asked_for(settings, tmp_path, rf):
    settings.MEDIA_ROOT = tmp_path
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "sample.storage.DrawnFiles"}}
    store = stores()[0]
    files = product_files(tmp_path, store, store.products[0])
    name = files[640].relative_to(tmp_path).as_posix()

    answer = media(rf.get(f"/media/{name}"), name)

    assert b"".join(answer.streaming_content) == files[640].read_bytes()
    assert all(file.exists() for file in files.values())
    with default_storage.open(logo_file(tmp_path, store).relative_to(tmp_path).as_posix()) as logo:
        assert Image.open(logo).size == (400, 400)


@pytest.mark.parametrize("name", ["products/nobody-320.jpg", "../secret", "products/../../secret"])
def test_nothing_else_is_drawn_for_whoever_asks(settings, tmp_path, rf, name):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "sample.storage.DrawnFiles"}}
    (tmp_path / "secret").touch()

    with pytest.raises((Http404, SuspiciousFileOperation)):
        media(rf.get("/media/x"), name)
    assert not settings.MEDIA_ROOT.exists()
