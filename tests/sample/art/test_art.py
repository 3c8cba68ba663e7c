import hashlib
import io
import re

import pytest
from PIL import Image

from sample.art import drawings
from sample.art.contrast import FLOOR, backdrop, colours_in, contrast
from sample.art.festival import MOODS, festival_hero
from sample.art.letters import initials_in
from sample.art.palette import product_colours
from sample.art.product import product_picture
from sample.art.render import pixels, render, render_sizes
from sample.art.store import store_banner, store_cloth, store_logo
from sample.reading import stores

COLOURS = ("#C4572F", "#E9B44C", "#1F5C57")


def fingerprint(svg: str) -> str:
    return hashlib.sha256(svg.encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("svg", "expected"),
    [
        (product_picture("kaftan", COLOURS, "kente", 3), "35b88a2b51c1a3ae"),
        (store_banner(["rug", "tea-tin"], COLOURS, "kuba"), "6c940b99bb7bf8ab"),
        (store_logo("É7", COLOURS, "wax"), "678f4f1f9369c9a0"),
        (store_cloth(COLOURS, "kente"), "ced76c32fe0e24f4"),
        (festival_hero(["djembe", "kora"], COLOURS, "dusk"), "029eeda705d5f5d8"),
    ],
)
def test_the_same_arguments_give_the_same_picture_on_every_machine(svg, expected):
    assert fingerprint(svg) == expected


@pytest.mark.parametrize("kind", drawings.kinds())
def test_every_kind_renders(kind):
    image = pixels(product_picture(kind, COLOURS, "zellige", 1), 64)

    assert image.size == (64, 64)
    assert len(image.getcolors(4096)) > 100


@pytest.mark.parametrize("name", drawings.patterns())
def test_every_pattern_renders(name):
    image = pixels(store_logo("", COLOURS, name), 64)

    assert len(image.getcolors(4096)) > 100


def test_every_product_of_the_catalogue_stands_out_from_its_ground():
    for store in stores():
        for product in store.products:
            colours = product_colours(product.art, store.colours, product.number)
            found = colours_in(product.art, colours)

            for ground in backdrop(product.art, colours, store.colours, product.number):
                assert contrast(found, ground) >= FLOOR, product.sku


def test_every_store_of_the_catalogue_uses_drawings_that_exist():
    for store in stores():
        assert store.pattern in drawings.patterns()
        assert {product.art for product in store.products} <= set(drawings.kinds())


def test_ten_jars_of_one_store_look_different():
    pictures = {product_picture("spice-jar", COLOURS, "wax", seed) for seed in range(10)}

    assert len({fingerprint(str(pixels(svg, 32).tobytes())) for svg in pictures}) == 10


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("ab", "AB"),
        ("Éc", "ÉC"),
        ("7ş", "7Ş"),
        ("ɛŋ", "ƐŊ"),
        ("ßø", "ẞØ"),
        ("中文", ""),
        ("a-b", "AB"),
    ],
)
def test_initials_may_be_accented_letters_and_digits(text, letters):
    assert initials_in(text) == letters


@pytest.mark.parametrize("mood", MOODS)
def test_every_mood_has_a_hero(mood):
    assert pixels(festival_hero(["djembe"], COLOURS, mood), 192).size == (192, 90)


@pytest.mark.parametrize("kind", ["jpeg", "webp", "png"])
def test_a_picture_can_be_a_file_of_each_kind(kind):
    file = render(store_banner(["rug"], COLOURS, "wax"), 320, kind)

    assert Image.open(io.BytesIO(file)).size == (320, 100)


def test_one_drawing_gives_several_sizes():
    files = render_sizes(product_picture("rug", COLOURS, "kuba"), [320, 640, 1200])

    sizes = {size: Image.open(io.BytesIO(file)).size for size, file in files.items()}
    assert sizes == {320: (320, 320), 640: (640, 640), 1200: (1200, 1200)}


@pytest.mark.parametrize("name", drawings.patterns())
def test_a_cloth_is_small_and_draws_shapes_only(name):
    svg = store_cloth(COLOURS, name)

    tags = set(re.findall(r"<([a-zA-Z]+)", svg))
    assert tags <= {"svg", "defs", "pattern", "g", "path", "rect", "circle"}
    assert "href" not in svg
    assert set(re.findall(r"url\((.*?)\)", svg)) == {"#cloth"}
    assert len(svg) < 6000
