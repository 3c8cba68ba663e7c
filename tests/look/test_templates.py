import re
from pathlib import Path

import pytest
from django.template.loader import get_template

from config.bundles import SOURCE

TEMPLATES = SOURCE.parent / "templates"
ALL = sorted(TEMPLATES.rglob("*.html"))
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
FRAME = [
    TEMPLATES / name
    for name in (
        "base.html",
        "components/mast.html",
        "components/foot.html",
        "components/logo.html",
        "components/search.html",
        "components/preferences.html",
        "components/time_left.html",
    )
]
ICONS = set(re.findall(r'<symbol id="(\w+)"', (SOURCE / "img/icons.svg").read_text("utf-8")))


def named(path: Path) -> str:
    return str(path.relative_to(TEMPLATES))


def code_of(path: Path) -> str:
    return re.sub(r"{#.*?#}", "", path.read_text("utf-8"))


@pytest.mark.parametrize("path", ALL, ids=named)
def test_a_template_keeps_to_the_strict_content_policy(path):
    if path.parts[len(TEMPLATES.parts)] == "mail":
        return  # letters have no policy, and mail programs know no style sheets
    text = code_of(path)

    assert re.findall(r"<[^>]*\sstyle\s*=", text) == []
    assert re.findall(r"<style\b", text) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", text) == []
    assert re.findall(r"<[^>]*\son\w+\s*=", text) == []
    assert "javascript:" not in text


def test_each_time_is_told_to_machines_too():
    bare = {
        named(path)
        for path in ALL
        if re.search(r"<time(?=[\s>])(?![^>]*\sdatetime=)", code_of(path))
    }

    assert bare == set()


# The organizers' screens stand in Wagtail's frame and take its icons.
@pytest.mark.parametrize(
    "path",
    [path for path in ALL if not path.is_relative_to(TEMPLATES / "cms/dashboard")],
    ids=named,
)
def test_every_icon_that_a_template_names_is_in_the_sprite(path):
    text = code_of(path)
    used = re.findall(r'(?:icons(?:\.svg" %})?|icons }}|icons\.svg)#(\w+)"', text)
    given = re.findall(r'\bicon="(\w+)"', text)

    assert set(used + given) <= ICONS


@pytest.mark.parametrize("path", COMPONENTS, ids=named)
def test_a_component_is_short_and_opens_with_what_it_takes(path):
    lines = path.read_text("utf-8").splitlines()

    assert len(lines) <= 120
    assert re.fullmatch(r"{# [A-Z].*\. #}", lines[0])
    assert "Takes: " in lines[0] or path.name == "plain.html"


# With a context of its own, the prices of 24 cards would take half a millisecond and not a tenth.
PRICE = '{% include "components/price.html" %}'


@pytest.mark.parametrize("path", COMPONENTS, ids=named)
def test_components_are_included_with_what_they_take_and_nothing_else(path):
    includes = re.findall(r"{% include [^%]*%}", path.read_text("utf-8").replace(PRICE, ""))

    assert [tag for tag in includes if not tag.endswith(" only %}")] == []


@pytest.mark.parametrize("name", ["card", "store_card"])
def test_a_card_asks_for_no_address_and_no_template_but_that_of_the_price(name):
    text = code_of(TEMPLATES / f"components/{name}.html").replace(PRICE, "")

    assert re.findall(r"{% (?:url|include|static|for)\b", text) == []


@pytest.mark.parametrize("path", FRAME, ids=named)
def test_the_frame_of_shared_pages_is_the_same_for_everyone(path):
    text = code_of(path)

    assert re.findall(r"\b(?:request|user|session|messages|csrf_token|csp_nonce)\b", text) == []
    assert re.findall(r"{% now\b|\|(?:timesince|timeuntil|naturaltime)\b", text) == []


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_last_error_pages_need_no_context_and_no_manifest(name):
    html = get_template(name).render()

    assert "<h1>" in html
    assert '<link rel="stylesheet" href="/static/css/shop.css">' in html


@pytest.mark.parametrize("name", ["400.html", "500.html"])
def test_the_last_error_pages_ask_for_plain_names(name):
    for path in (TEMPLATES / name, TEMPLATES / "components/plain.html"):
        assert re.findall(r"{% (?:static|url)\b", code_of(path)) == []


# The organizers' desk is in English alone.
SPOKEN = [
    path
    for path in sorted([*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")])
    if not path.is_relative_to(TEMPLATES / "cms/dashboard")
    and path.name not in ("preview.html", "alert.txt", "organizer.txt")
]


@pytest.mark.parametrize("path", SPOKEN, ids=named)
def test_marks_between_texts_are_those_of_the_language(path):
    """Commas, colons and full stops between what is written come from filters, not from English."""
    text = re.sub(
        r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", path.read_text("utf-8"), flags=re.DOTALL
    )
    text = re.sub(
        r"{%\s*blocktranslate.*?endblocktranslate\s*%}", "{{ said }}", text, flags=re.DOTALL
    )
    text = re.sub(r"{{ operator_name }}, {{ operator_address }}", "", text)

    assert (
        re.findall(r"(?:}}|%})(?:</\w+>)*[,:.](?:\s[^\n]{0,40}|$)", text, flags=re.MULTILINE) == []
    )
