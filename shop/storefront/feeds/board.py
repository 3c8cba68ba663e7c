"""What the boards show: of some products how many are fit for each channel, and which lack what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings

from shop.catalogue.models import ProductQuerySet
from shop.storefront.feeds.demands import CHANNELS, WORDS, lacking

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PART = 500  # rows of a sheet that are read together


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """What an address asks a board for; what it says and nobody knows is left out.

    ``lacks`` is one thing that products lack, ``channel`` one for which they are not fit.
    """

    language: str
    channel: str = ""
    lacks: str = ""

    @property
    def codes(self) -> Sequence[str]:
        """Return the things of which the products that are meant lack one."""
        if self.lacks:
            return [self.lacks]
        demands = [CHANNELS[self.channel]] if self.channel else CHANNELS.values()
        return list(dict.fromkeys(code for one in demands for code in one.demands))

    @property
    def title(self) -> StrOrPromise:
        """Return what the products lack, in words; empty where nothing certain is asked."""
        return WORDS[self.lacks] if self.lacks else ""


def read_query(data: Any) -> BoardQuery:
    """Return what an address asks for."""
    codes = [code for code, _name in settings.LANGUAGES]
    language = data.get("language", "")
    return BoardQuery(
        language if language in codes else settings.LANGUAGE_CODE,
        data.get("channel", "") if data.get("channel") in CHANNELS else "",
        data.get("lacks", "") if data.get("lacks") in WORDS else "",
    )


def lacking_rows(rows: ProductQuerySet, query: BoardQuery, *, at: datetime) -> ProductQuerySet:
    """Return the products that lack what is asked for, each with all that it lacks."""
    return lacking(rows, query.codes, query.language, at=at)


def words_of(lacks: Sequence[str], query: BoardQuery) -> list[StrOrPromise]:
    """Return what a product lacks of what is demanded, in words."""
    return [WORDS[code] for code in query.codes if code in lacks]


def every(rows: ProductQuerySet) -> Iterator[Any]:
    """Yield all of some products, a part at a time; no cursor stays open."""
    after = 0
    while True:
        part = list(rows.filter(pk__gt=after).order_by("pk")[:PART])
        yield from part
        if len(part) < PART:
            return
        after = part[-1].pk
