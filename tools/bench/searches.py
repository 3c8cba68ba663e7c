"""The kinds of searches that are measured beside the usual one."""

from collections.abc import Iterator
from urllib.parse import urlencode

from tools.bench.load import Request
from tools.bench.words import NOTHING, Words

RARE, TWO, COUNTRY, NONE = (
    "search, a rare word", "search, two words", "search, in a country", "search, nothing found",
)  # fmt: skip
SUGGEST, SUGGEST_RARE = "suggestions", "suggestions, a rare word"
NAMES = (RARE, TWO, COUNTRY, NONE, SUGGEST, SUGGEST_RARE)


def searches(words: Words) -> Iterator[tuple[str, list[Request]]]:
    """Yield each kind with its request; not the usual one, of a word of the front."""
    yield RARE, [_search(q=words.rare)]
    yield TWO, [_search(q=f"{words.front} {words.second}")]
    yield COUNTRY, [_search(q=words.front, country=words.country)]
    yield NONE, [_search(q=NOTHING)]
    yield SUGGEST, [Request(f"/suggestions/?{urlencode({'q': words.begun})}")]
    yield SUGGEST_RARE, [Request(f"/suggestions/?{urlencode({'q': words.rare})}")]


def _search(**asked: str) -> Request:
    return Request(f"/products/?{urlencode(asked)}")
