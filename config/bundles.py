"""The few files of look and script that pages load, joined from small parts.

One file for each component is pleasant to work on and slow to load, so each page asks for one
bundle instead. The bundles exist on no disk: ``BundleFinder`` joins them for the development
server and for ``collectstatic`` alike, and ``config.storage`` leaves the parts out of what is
served. Within a layer of the style the order of the parts counts, so it is written down here.
"""

import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage

SOURCE = Path(__file__).resolve().parent.parent / "static"


def _parts(pattern: str, names: str) -> list[str]:
    return [pattern.format(name) for name in names.split()]


FRAME = [
    "css/layers.css",
    *_parts("css/tokens/{}.css", "fonts dye roles type space cloth"),
    *_parts("css/base/{}.css", "reset type focus fields tables layout"),
    *_parts("css/components/{}.css", "cloth button marks price progress card panel controls"),
    *_parts("css/components/{}.css", "chips messages lists head mast nav foot suggested heart"),
]
SHOP = _parts("css/pages/{}.css", "hero stores bento listing article checklist")
PRODUCT = _parts("css/pages/{}.css", "product about options days")
TILL = _parts("css/pages/{}.css", "options form-field track cart order after ticket")
WORKSPACE = _parts(
    "css/pages/{}.css",
    "workspace charts tools rows figures apply team imports door month person share",
)
LEARNING = _parts("css/pages/{}.css", "article academy")
SCRIPT = _parts(
    "js/shop/{}.js",
    "theme-switch time-left own-time cart-count auto-go qty-step search-box save-heart first-error "
    "seat-total print-page own-part variant-choice",
)

BUNDLES: dict[str, list[str]] = {
    "css/shop.css": [*FRAME, *SHOP],
    "css/product.css": [*FRAME, *PRODUCT],
    "css/till.css": [*FRAME, *TILL, "css/print.css"],
    "css/join.css": [*FRAME, *TILL, *_parts("css/pages/{}.css", "sell apply"), "css/print.css"],
    "css/academy.css": [*FRAME, *TILL, *LEARNING, "css/print.css"],
    "css/workspace.css": [*FRAME, *TILL, *WORKSPACE, "css/print.css"],
    "css/preview.css": ["css/layers.css", "css/components/preview.css"],
    "css/demonstration.css": ["css/layers.css", "css/components/demonstration.css"],
    "js/shop.js": SCRIPT,
    "js/passkey.js": ["js/shop/pass-key.js"],
    "js/preview.js": ["js/shop/preview-slider.js"],
    "js/workspace.js": _parts(
        "js/workspace/{}.js",
        "unsaved-words picture-upload small-pictures copy-text square-scan door-kept door-list",
    ),
    "js/apply.js": ["js/workspace/unsaved-words.js"],
    "js/door-kept.js": ["js/workspace/door-kept.js"],
}
PARTS = {part for parts in BUNDLES.values() for part in parts}

# What style can do without: comments, line ends with their indents, spaces before and after signs.
SPARE = re.compile(r"/\*.*?\*/|\s*\n\s*|(?<=:) | (?={)", re.DOTALL)


def joined(bundle: str) -> str:
    """Return the text of a bundle; style comes without comments and spare space."""
    text = "".join((SOURCE / part).read_text("utf-8") for part in BUNDLES[bundle])
    return SPARE.sub("", text) if bundle.endswith(".css") else text


class BundleFinder(BaseFinder):
    """Presents the bundles as static files."""

    def __init__(self, app_names: list[str] | None = None, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.folder = TemporaryDirectory(prefix="bundles-")  # goes when the process goes
        self.storage = FileSystemStorage(location=self.folder.name)
        self.lock = threading.Lock()

    def check(self, **kwargs: object) -> list:
        """Find nothing to complain about: there is nothing to configure."""
        return []

    def find(self, path: str, find_all: bool = False) -> str | list[str] | None:
        """Return where a bundle lies, joined anew when a part has changed."""
        if path not in BUNDLES:
            return [] if find_all else None
        place = self._fresh(path)
        return [place] if find_all else place

    def list(self, ignore_patterns: list[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Yield each bundle and the storage that holds it."""
        for path in BUNDLES:
            self._fresh(path)
            yield path, self.storage

    def _fresh(self, path: str) -> str:
        place = Path(self.storage.path(path))
        sources = [Path(__file__), *(SOURCE / part for part in BUNDLES[path])]
        newest = max(source.stat().st_mtime for source in sources)
        with self.lock:
            if not place.exists() or place.stat().st_mtime != newest:
                place.parent.mkdir(exist_ok=True)
                place.write_text(joined(path), "utf-8")
                # The age of its newest part, so that browsers and collectstatic see a change.
                os.utime(place, (newest, newest))
        return str(place)
