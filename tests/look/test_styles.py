import re
from pathlib import Path

import pytest

from config.bundles import BUNDLES, PARTS, SOURCE, joined

STYLES = sorted((SOURCE / "css").rglob("*.css"))
OUTSIDE_TOKENS = [path for path in STYLES if path.parent.name != "tokens"]
SHOPPER_BUNDLES = ["css/shop.css", "css/product.css", "css/till.css"]

# Grounds that are the same by day and night, and so carry a fixed white or a fixed veil.
FIXED_COLOURS = {"#0000", "#fff", "#fff5", "#ffffff2e", "#191431b3", "#e9e4f7", "#ffd06a"}
# Print, reduced motion, hidden text, and two places where a table or a list has its own say.
MAY_INSIST = {"reset.css", "layout.css", "controls.css", "track.css", "print.css"}

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
URL = re.compile(r"url\([^)]*\)")


def plain(path: Path) -> str:
    return URL.sub("url()", COMMENT.sub("", path.read_text("utf-8")))


def test_every_part_is_in_a_bundle_and_every_part_exists():
    on_disk = {str(path.relative_to(SOURCE)) for path in STYLES}
    on_disk |= {str(path.relative_to(SOURCE)) for path in (SOURCE / "js").glob("*/*.js")}

    # The organizers' desk adds these to Wagtail's own style.
    on_disk -= {
        "css/desk.css",
        "css/desk-benefit.css",
        "css/desk-board.css",
        "css/desk-calendar.css",
        "css/desk-changes.css",
        "css/desk-figures.css",
        "css/desk-prices.css",
        "css/desk-words.css",
    }

    assert on_disk == PARTS


@pytest.mark.parametrize("bundle", BUNDLES)
def test_a_bundle_holds_each_part_once(bundle):
    assert len(BUNDLES[bundle]) == len(set(BUNDLES[bundle]))


@pytest.mark.parametrize("bundle", SHOPPER_BUNDLES)
def test_the_style_of_a_shopper_page_stays_below_30_kb(bundle):
    assert len(joined(bundle).encode()) < 30_720


@pytest.mark.parametrize("bundle", [name for name in BUNDLES if name.endswith(".css")])
def test_a_bundle_begins_with_the_order_of_the_layers(bundle):
    assert joined(bundle).startswith("@layer tokens, base, components, pages, print;")


@pytest.mark.parametrize("bundle", [name for name in BUNDLES if name.endswith(".css")])
def test_joining_drops_space_and_comments_only(bundle):
    source = "".join((SOURCE / part).read_text("utf-8") for part in BUNDLES[bundle])

    assert re.sub(r"\s", "", joined(bundle)) == re.sub(r"\s", "", COMMENT.sub("", source))
    assert URL.findall(joined(bundle)) == URL.findall(source)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_file_is_short_and_says_one_thing_a_line(path):
    lines = path.read_text("utf-8").splitlines()

    assert len(lines) <= 150
    assert [line for line in lines if len(line) > 120 and "url(" not in line] == []
    assert [line for line in plain(path).splitlines() if line.count(";") > 1] == []
    assert re.findall(r"[^{};,:/\s(]\s*\n\s*[^\s}{]", plain(path)) == []


@pytest.mark.parametrize("path", OUTSIDE_TOKENS, ids=lambda path: path.name)
def test_colours_come_from_the_tokens(path):
    assert set(re.findall(r"#[0-9a-f]{3,8}\b", plain(path))) <= FIXED_COLOURS
    assert re.findall(r"\b(?:rgb|hsl|oklch|color-mix)\(", plain(path)) == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_nothing_is_placed_left_or_right(path):
    text = plain(path)

    assert re.findall(r"[\w-]*\b(?:left|right|top|bottom)\s*:", text) == []
    assert re.findall(r"(?:margin|padding|border|inset)-(?:left|right)", text) == []
    assert re.findall(r"(?:text-align|float|clear):\s*(?:left|right)", text) == []


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_only_known_places_insist(path):
    assert "!important" not in plain(path) or path.name in MAY_INSIST
