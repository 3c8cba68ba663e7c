"""Public content beside proposed content: fields, labels, variants, pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Category, Product
from shop.core.currencies import written
from shop.core.images.models import Picture
from shop.core.languages import labelled, listed
from shop.merchant.moderation.contents import (
    STORE_PICTURES,
    STORE_WORDS,
    Place,
    PlacedPicture,
    new_rows,
    pictures_at,
    public_album,
)
from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.translate import TERMS, names_of, public_words
from shop.people.merchants.models import Merchant
from shop.storefront.listings.edit import told, words_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

NAMES: dict[str, StrOrPromise] = {
    "title": FIELDS["title"].label,
    "category_id": _("Category"),
    **{name: row.label for name, row in FIELDS.items() if row.is_moderated},
    "tagline": _("In one sentence"),
    "story": _("Story"),
    "founded": _("Founded"),
    "makers": _("How many people work there"),
}
LANGUAGES = {"fr": _("Name in French"), "zh-hans": _("Name in Chinese")}
PLACES = {Place.ALBUM: _("Pictures"), Place.LOGO: _("Logo"), Place.BANNER: _("Banner")}
NEW, GONE, MOVED, REWORDED = "new", "gone", "moved", "reworded"

type Parts = tuple[tuple[bool, str], ...]


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """A field that differs. Each side is in parts, of which some are marked as different."""

    name: str
    before: Parts
    after: Parts


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture on one side; ``mark`` names its difference, and is empty where there is none."""

    picture: Picture
    mark: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of one place before and after."""

    name: str
    before: tuple[Tile, ...]
    after: tuple[Tile, ...]


def differences(pending_change: PendingChange) -> list[FieldDifference]:
    """Return the words that differ, each with both sides. At most three statements."""
    subject = pending_change.subject
    if isinstance(subject, Merchant):
        public = {name: getattr(subject, name) for name in STORE_WORDS}
        words = pending_change.words
        found = [
            difference(NAMES[name], public[name], words[name]) for name in _known(pending_change)
        ]
        return [*found, *_texts(pending_change)]
    found = [*_product_words(pending_change, subject), *_texts(pending_change)]
    return found + list(_labels(pending_change, subject)) + list(_new_variants(pending_change))


def pictures(pending_change: PendingChange) -> list[Pictures]:
    """Return the places whose pictures differ, each with both sides. Three statements at most."""
    if not pending_change.has_pictures:
        return []
    subject = pending_change.subject
    if isinstance(subject, Product):
        return [
            _album(Place.ALBUM, public_album(subject), pictures_at(pending_change, Place.ALBUM))
        ]
    found = []
    for place in STORE_PICTURES:
        if after := pictures_at(pending_change, place):
            now = getattr(subject, place)
            found.append(_album(place, [PlacedPicture(now.pk, now.alt)] if now else [], after))
    return found


def parts_of(before: str, after: str) -> tuple[Parts, Parts]:
    """Mark the words in which two texts differ.

    Common words of long texts are no landmarks for the comparison: whoever repeats one word
    thousands of times keeps nobody waiting.
    """
    old, new = _pieces(before), _pieces(after)
    left: list[tuple[bool, str]] = []
    right: list[tuple[bool, str]] = []
    for kind, a, b, c, d in SequenceMatcher(None, old, new).get_opcodes():
        if b > a:
            left.append((kind != "equal", "".join(old[a:b])))
        if d > c:
            right.append((kind != "equal", "".join(new[c:d])))
    return tuple(left), tuple(right)


def _known(pending_change: PendingChange) -> list[str]:
    return [name for name in NAMES if name in pending_change.words]


def difference(name: StrOrPromise, before: Any, after: Any) -> FieldDifference:
    """Return two values of a field beside each other, as they are written."""
    return FieldDifference(str(name), *parts_of(_written(before), _written(after)))


def _product_words(pending_change: PendingChange, product: Product) -> Iterator[FieldDifference]:
    public, language = told(words_of(product)), get_language() or "en"
    for name in _known(pending_change):
        before: Any = public[name]
        after: Any = pending_change.words[name]
        if name == "category_id":
            names = dict(Category.objects.filter(pk__in=[before, after]).values_list("pk", "name"))
            yield difference(NAMES[name], names.get(before, ""), names.get(after, ""))
            continue
        row = FIELDS[name]
        before, after = (row.type.in_words(value, language) for value in (before, after))
        yield difference(row.label_of(product), before, after)
    titles: Mapping[str, str] = pending_change.words.get("titles", product.titles)
    for code in sorted({*titles, *product.titles}):
        before, after = product.titles.get(code, ""), titles.get(code, "")
        if before != after:
            yield FieldDifference(_name_in(code), *parts_of(before, after))


def _texts(pending_change: PendingChange) -> Iterator[FieldDifference]:
    """Yield the texts that differ in other languages. One statement a language."""
    subject = pending_change.subject
    languages = dict(settings.LANGUAGES)
    for code, wanted in pending_change.texts.items():
        public = public_words(subject, code)
        for name in names_of(subject):
            if public[name] != wanted[name]:
                title = f"{NAMES[name]}: {languages.get(code, code)}"
                yield FieldDifference(title, *parts_of(public[name], wanted[name]))
        said, told_now = wanted.get(TERMS, {}), public.get(TERMS, {})
        for word in sorted({*said, *told_now} if TERMS in wanted else ()):
            if told_now.get(word) != said.get(word):
                title = f"{word}: {languages.get(code, code)}"
                yield FieldDifference(title, *parts_of(told_now.get(word, ""), said.get(word, "")))


def _name_in(code: str) -> str:
    """Return the label of the title in a language."""
    return str(LANGUAGES.get(code) or labelled(_("Name"), dict(settings.LANGUAGES).get(code, code)))


def _labels(pending_change: PendingChange, product: Product) -> Iterator[FieldDifference]:
    if not pending_change.options:
        return
    for variant in product.variants.filter(pk__in=pending_change.options).order_by(
        "position", "pk"
    ):
        after = listed(pending_change.options[str(variant.pk)])
        yield FieldDifference(variant.sku, *parts_of(variant.label, after))


def _new_variants(pending_change: PendingChange) -> Iterator[FieldDifference]:
    for row in new_rows(pending_change):
        price = written(row.price, settings.SHOP_CURRENCY, get_language() or "en")
        label = listed((*row.options, price, f"{row.weight_g} g"))
        yield FieldDifference(row.sku, (), ((True, label),))


def _album(place: str, before: Sequence[PlacedPicture], after: Sequence[PlacedPicture]) -> Pictures:
    known = Picture.objects.in_bulk({row.picture_id for row in (*before, *after)})
    there = [row.picture_id for row in after]
    stood = [row.picture_id for row in before]
    alts = {row.picture_id: row.alt for row in before}
    # Those that both have, in their two orders: whoever has another neighbour has moved.
    kept, was = ([pk for pk in side if pk in other]
                 for side, other in ((there, stood), (stood, there)))  # fmt: skip
    moved = {pk for pk, old in zip(kept, was, strict=True) if pk != old}

    def mark(row: PlacedPicture) -> str:
        if row.picture_id not in stood:
            return NEW
        if row.alt != alts[row.picture_id]:
            return REWORDED
        return MOVED if row.picture_id in moved else ""

    return Pictures(
        str(PLACES[Place(place)]),
        tuple(Tile(_worded(known, row), "" if row.picture_id in there else GONE)
              for row in before),
        tuple(Tile(_worded(known, row), mark(row)) for row in after),
    )  # fmt: skip


def _worded(known: Mapping[int, Picture], row: PlacedPicture) -> Picture:
    """Return a picture with the words of this side."""
    found = known[row.picture_id]
    return Picture(pk=found.pk, title=found.title, alt=row.alt, sizes=found.sizes, file=found.file,
                   width=found.width, height=found.height)  # fmt: skip


def _pieces(text: str) -> list[str]:
    """Divide a text into words with the blanks that follow; scripts without blanks by letters."""
    found, piece = [], ""
    for letter in text:
        piece += letter
        if letter.isspace() or ord(letter) > 0x2E7F:
            found.append(piece)
            piece = ""
    return [*found, piece] if piece else found


def _written(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return listed(value)
    return "" if value is None else str(value)
