"""Parts of the catalogue as large pictures that lead into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse

from shop.core.languages import in_language, lang_mark, listed
from shop.core.statements.prepared import ask
from shop.storefront.search.filters import Filters

NAMED = 3  # parts of a part that its tile names

# Each with the picture of what is bought most in it; a part with nothing on sale is left out.
STATEMENT = """
SELECT c.path, c.name, c.names::json, best.picture::json, (
    SELECT json_agg(json_build_array(p.name, p.names) ORDER BY p.position, p.path)
    FROM shop_category p WHERE starts_with(p.path, c.path || '/'))
FROM shop_category c CROSS JOIN LATERAL (
  (SELECT l.picture FROM shop_listing l
   WHERE l.top_category = c.path AND l.is_available ORDER BY l.popularity DESC, l.product_id
   LIMIT 1)
  UNION ALL
  (SELECT l.picture FROM shop_listing l
   WHERE l.category = c.path AND l.is_available ORDER BY l.popularity DESC, l.product_id LIMIT 1)
  LIMIT 1) AS best
WHERE c.path = ANY(%(paths)s) OR (%(with_top)s AND strpos(c.path, '/') = 0)
ORDER BY c.position, c.path
"""


@dataclass(frozen=True, slots=True)
class Collection:
    """A part of the catalogue: its words, each with its language where that is another one."""

    path: str
    title: str
    title_lang: str
    text: str
    text_lang: str
    url: str
    picture: dict[str, str] = field(default_factory=dict)


def collections(paths: Sequence[str], language: str, *, with_top: bool) -> list[Collection]:
    """Return parts of the catalogue that have something on sale, in its order. One statement.

    Args:
        with_top: the top of the catalogue as well.
    """
    rows = ask(STATEMENT, {"paths": list(paths), "with_top": with_top})
    return [_collection(*row, language=language) for row in rows]


def _collection(
    path: str,
    name: str,
    names: Any,
    picture: Any,
    parts: list[tuple[str, dict[str, str]]] | None,
    *,
    language: str,
) -> Collection:
    own, parts = in_language(names, language), parts or []
    translated = [in_language(part_names, language) for _name, part_names in parts[:NAMED]]
    is_translated = all(translated)
    shown: list[Any] = (
        translated if is_translated else [part_name for part_name, _names in parts[:NAMED]]
    )
    text = listed(shown)
    return Collection(
        path=path,
        title=own or name,
        title_lang=lang_mark(own, language),
        text=text,
        text_lang=lang_mark(text if is_translated else None, language),
        url=f"{reverse('products')}?{Filters(category=path).query()}",
        picture=picture,
    )
