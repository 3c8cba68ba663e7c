"""The state of the shop that a page shows: its newest change, and the price turns around it.

A shared page carries its version in its cache key. At a turn the key itself changes, so that a
page cached before a festival cannot be served after its start, and nothing has to be purged.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError

from shop.catalogue.delivery.taxes import KnownRule, rules_of
from shop.core.demonstration.resets import is_public, last_reset, next_reset
from shop.core.statements.prepared import ask
from shop.festivals.limits import Limits, limits_of
from shop.people.merchants.models import trading_sql
from shop.storefront.lost_connection import is_away
from shop.storefront.search.filters import KnownFilters

KEPT_FOR = timedelta(seconds=1)
TRIED_AGAIN = timedelta(seconds=1)
DAY = timedelta(days=1)
FAR = datetime(9999, 1, 1, tzinfo=UTC)

# Two changes can commit in another order than they took their ids, so the newest id alone
# could miss one. The sum of the newest ids grows with every change, whatever the order.
REVISION = """(SELECT coalesce(sum(id), 0)::bigint
   FROM (SELECT id FROM shop_pricechange ORDER BY id DESC LIMIT 50) AS newest)"""
"""Grows with every change of a price or a product: another revision, another version."""
STATEMENT = f"""
WITH published AS (SELECT * FROM shop_festival WHERE state = 'published'),
turns AS (
  SELECT unnest(ARRAY[starts_at, ends_at]) AS turn FROM published
  UNION ALL
  SELECT unnest(ARRAY[s.starts_at, s.ends_at])
  FROM shop_slot s JOIN published f ON f.id = s.festival_id
)
SELECT
  {REVISION},
  greatest((SELECT max(starts_at) FROM shop_productspan WHERE starts_at <= %(at)s),
           (SELECT max(ends_at) FROM shop_productspan WHERE ends_at <= %(at)s),
           (SELECT max(turn) FROM turns WHERE turn <= %(at)s)),
  least((SELECT min(starts_at) FROM shop_productspan WHERE starts_at > %(at)s),
        (SELECT min(ends_at) FROM shop_productspan WHERE ends_at > %(at)s),
        (SELECT min(turn) FROM turns WHERE turn > %(at)s)),
  (SELECT json_agg(json_build_object(
     'id', id, 'slug', slug, 'title', title, 'texts', texts, 'zone', zone,
     'starts_at', starts_at, 'ends_at', ends_at, 'priority', priority,
     'target_stores', target_stores, 'target_products', target_products))::text
   FROM published WHERE ends_at > %(at)s),
  ARRAY(SELECT code FROM shop_country WHERE service <> 'closed_until_checked'),
  ARRAY(SELECT path FROM shop_category UNION SELECT split_part(path, '/', 1) FROM shop_category),
  ARRAY(SELECT m.slug FROM shop_merchant m WHERE {trading_sql("m")}),
  ARRAY(SELECT s.id FROM shop_slot s JOIN published f ON f.id = s.festival_id),
  (SELECT json_agg(json_build_array(path, name, names) ORDER BY position, path)::text
   FROM shop_category),
  (SELECT json_agg(json_build_object(
     'path', p.url_path, 'slug', p.slug, 'title', p.title, 'language', c.language_code,
     'key', p.translation_key) ORDER BY p.path)::text
   FROM wagtailcore_page p JOIN wagtailcore_locale c ON c.id = p.locale_id
   WHERE p.live AND p.show_in_menus AND p.depth > 2 AND p.alias_of_id IS NULL),
  (SELECT row_to_json(f)::text FROM shop_fairness f),
  (SELECT json_agg(row_to_json(t))::text FROM shop_taxrule t),
  (SELECT json_build_object('title', title, 'texts', texts)::text FROM shop_incident
   WHERE on_pages AND ended_at IS NULL ORDER BY since DESC, id DESC LIMIT 1)
"""  # noqa: S608 (constants only)


@dataclass(frozen=True, slots=True)
class KnownFestival:
    """A published festival that is not over, as all pages need it."""

    id: int
    slug: str
    title: str
    texts: dict[str, dict[str, Any]]
    zone: str
    starts_at: datetime
    ends_at: datetime
    priority: int
    target_stores: int
    target_products: int

    def is_live(self, at: datetime) -> bool:
        """Tell whether it runs at an instant."""
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True)
class KnownIncident:
    """A disturbance that a line on top of pages names: its title, and its texts by language."""

    title: str
    texts: dict[str, dict[str, str]]


type Branch = tuple[str, str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class MenuPage:
    """A page that editors put into menus; pages with one ``key`` are translations."""

    path: str
    slug: str
    title: str
    language: str
    key: str


@dataclass(frozen=True)
class CatalogueVersion:
    """A time in which the same pages are true, as far as the shop knew at ``seen_at``.

    ``festivals`` are the published ones that are not over, ``served`` the codes of the
    countries that parcels are sent to, ``known`` what lists can be filtered by, ``tree`` the
    categories in their order, each with its path, its name, and its names by language, ``menu``
    the pages that editors want to be found from everywhere, ``limits`` what keeps openings fair,
    ``tax_rules`` who owes the tax inside prices, the narrowest rule first, ``incident`` what
    organizers want to be read on top of every page.
    """

    seen_at: datetime
    revision: int
    starts_at: datetime
    ends_at: datetime
    festivals: tuple[KnownFestival, ...]
    served: frozenset[str]
    known: KnownFilters
    tree: tuple[Branch, ...] = ()
    menu: tuple[MenuPage, ...] = ()
    limits: Limits = field(default_factory=lambda: limits_of(None))
    tax_rules: tuple[KnownRule, ...] = ()
    incident: KnownIncident | None = None

    @cached_property
    def live(self) -> tuple[KnownFestival, ...]:
        """Return the festivals that run, the one of the highest priority first."""
        live = [known for known in self.festivals if known.is_live(self.seen_at)]
        return tuple(sorted(live, key=lambda known: (-known.priority, known.starts_at, known.id)))

    @property
    def festival(self) -> KnownFestival | None:
        """Return the festival that runs, the one of the highest priority if there are several."""
        return self.live[0] if self.live else None

    @property
    def zone(self) -> str:
        """Return the zone of times that belong to no place: the running festival's, if any."""
        return self.festival.zone if self.festival else settings.SHOP_ZONE

    @property
    def next_festival(self) -> KnownFestival | None:
        """Return the festival that starts next."""
        coming = [known for known in self.festivals if known.starts_at > self.seen_at]
        return min(coming, key=lambda known: (known.starts_at, known.id), default=None)

    def holds(self, at: datetime) -> bool:
        """Tell whether it may be used at an instant: young enough, and no turn in between."""
        return abs(at - self.seen_at) < KEPT_FOR and self.starts_at <= at < self.ends_at


_latest: CatalogueVersion | None = None
_failed_at: datetime | None = None
_apart: ContextVar[list[CatalogueVersion] | None] = ContextVar("apart", default=None)


def current_version(*, at: datetime) -> CatalogueVersion:
    """Return the version of an instant; one statement, at most once a second in a process."""
    global _latest  # noqa: PLW0603 (one value for the process, replaced as a whole)
    own = _apart.get()
    if own is not None:
        own[:] = [version for version in own if version.holds(at)] or [_read(at)]
        return own[0]
    version = _latest
    if version is None or not version.holds(at):
        version = _latest = _read(at)
    return version


def version_or_last(*, at: datetime) -> tuple[CatalogueVersion, bool]:
    """Return the version of an instant, or the last one known while the database is away.

    The second value is False for the last one known: then nothing but copies can be shown, and
    each says itself how long it may be. Whoever comes within a second of a vain try does not try
    again: a silent server costs seconds.

    Raises:
        OperationalError, InterfaceError: it is away, and nothing is known.
    """
    global _failed_at  # noqa: PLW0603
    last = _latest if _apart.get() is None else None
    if last and _failed_at and abs(at - _failed_at) < TRIED_AGAIN:
        return last, False
    try:
        version = current_version(at=at)
    except (OperationalError, InterfaceError) as error:
        if last is None or not is_away(error):
            raise
        _failed_at = at
        return last, False
    _failed_at = None
    return version, True


@contextmanager
def unshared() -> Iterator[None]:
    """Keep the pages of a block out of the copies that visitors share, in both directions."""
    token = _apart.set([])
    try:
        yield
    finally:
        _apart.reset(token)


def is_unshared() -> bool:
    """Tell whether the page is for one visitor only, such as a preview."""
    return _apart.get() is not None


def forget() -> None:
    """Drop the version of this process, so that the next page asks the database."""
    global _latest, _failed_at  # noqa: PLW0603
    _latest = _failed_at = None


def _read(at: datetime) -> CatalogueVersion:
    (found,) = ask(STATEMENT, {"at": at})
    revision, before, after, festivals, served, *rest = found
    *known, tree, menu, fairness, rules, incident = rest
    # Pages name days of arrival, so midnight is a turn as well.
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    turns = [after or FAR, midnight + DAY]
    begun = [before or midnight, midnight]
    if is_public():  # pages name the instant at which all is deleted
        begun.append(last_reset(at))
        turns.append(next_reset(at))
    return CatalogueVersion(
        seen_at=at,
        revision=revision,
        starts_at=max(begun),
        ends_at=min(turns),
        festivals=tuple(_festival(row) for row in json.loads(festivals or "[]")),
        served=frozenset(served),
        known=KnownFilters(*map(frozenset, known)),
        tree=tuple(map(tuple, json.loads(tree or "[]"))),
        menu=tuple(MenuPage(**row) for row in json.loads(menu or "[]")),
        limits=limits_of(json.loads(fairness or "null")),
        tax_rules=rules_of(json.loads(rules or "[]")),
        incident=KnownIncident(**json.loads(incident)) if incident else None,
    )


def _festival(row: dict[str, Any]) -> KnownFestival:
    moments = {name: datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at")}
    return KnownFestival(**row | moments)
