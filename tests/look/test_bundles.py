import os
import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command

from config.bundles import BUNDLES, PARTS, BundleFinder, joined


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STATICFILES_FINDERS = [
        "config.bundles.BundleFinder",
        "django.contrib.staticfiles.finders.FileSystemFinder",
    ]
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "config.storage.HashedStorage"}
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


@pytest.mark.parametrize("bundle", BUNDLES)
def test_the_development_server_finds_a_bundle(bundle):
    assert Path(finders.find(bundle)).read_text("utf-8") == joined(bundle)


def test_a_bundle_older_than_its_parts_is_joined_anew():
    finder = BundleFinder()
    place = Path(finder.find("css/shop.css"))
    place.write_text("an older state")
    os.utime(place, (0, 0))

    assert Path(finder.find("css/shop.css")).read_text("utf-8") == joined("css/shop.css")


def test_other_paths_are_left_to_the_other_finders():
    assert BundleFinder().find("css/none.css") is None
    assert BundleFinder().find("css/none.css", find_all=True) == []


def test_what_is_served_is_bundles_and_no_parts(collected):
    served = {str(path.relative_to(collected)) for path in collected.rglob("*") if path.is_file()}

    assert served & PARTS == set()
    assert served >= set(BUNDLES)


def test_a_bundle_asks_for_fonts_by_their_hashed_names(collected):
    (bundle,) = collected.glob("css/shop.????????????.css")
    fonts = re.findall(r'url\("\.\./(fonts/[^"]+\.[0-9a-f]{12}\.woff2)"\)', bundle.read_text())

    assert len(fonts) == 2
    assert all((collected / font).is_file() for font in fonts)


def test_the_error_pages_find_the_style_under_its_plain_name(collected):
    assert (collected / "css/shop.css").is_file()
    assert (collected / "js/theme.js").is_file()
