"""Texts that people wrote in several languages, and how each language joins, counts and sorts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import TYPE_CHECKING

from babel import Locale
from babel.numbers import format_percent
from django.conf import settings
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LOCALES = {"en": "en-GB"}  # the shop's English puts the day before the month
PERCENTAGES = {"pt": "#,##0\N{NO-BREAK SPACE}%"}  # where the sheet of words writes it otherwise
ENDS = (".", "?", "!", "…", "؟", "。", "？", "！")

# Common signs stand in GB 2312 in the order of their sounds. Of all names of countries these five
# signs alone are too rare for that part: each is sorted where a common sign of its sound stands.
SOUNDS = str.maketrans("斐瑙梵珀汶", "匪脑犯破问")


@dataclass(frozen=True, slots=True)
class Wording:
    """A text, and its language where that is not the page's."""

    text: str
    lang: str = ""


def languages_like(language: str) -> tuple[str, str]:
    """Return a language and its plain form, under either of which a text may be kept."""
    return language, language.partition("-")[0]


def in_language[Text](texts: Mapping[str, Text], language: str) -> Text | None:
    """Return the text of a language, or None where nobody wrote one."""
    exact, plain = languages_like(language)
    return texts.get(exact) or texts.get(plain)


def translated[Text](texts: Mapping[str, Text], language: str, text: Text) -> dict[str, Text]:
    """Return texts with another one in a language, or without it where the text is empty.

    A plain twin, as zh is of zh-hans, is the same language and not kept beside it.
    """
    others = {code: kept for code, kept in texts.items() if code not in languages_like(language)}
    return others | ({language: text} if text else {})


def in_sql(column: str) -> str:
    """Return the same as SQL, over a column of texts; ``sql_values`` are its values."""
    return f"coalesce({column}->>%(language)s, {column}->>%(plain)s)"


def sql_values(language: str) -> dict[str, str]:
    """Return the values of ``in_sql``."""
    return dict(zip(("language", "plain"), languages_like(language), strict=True))


def lang_mark(translated: object, language: str) -> str:
    """Return the language of a text that stands in for a missing translation, else nothing."""
    return "" if translated or language == settings.LANGUAGE_CODE else settings.LANGUAGE_CODE


def said(texts: Mapping[str, str], original: str, language: str) -> Wording:
    """Return a text in a language, or the original with its mark where nobody translated it."""
    translated = in_language(texts, language)
    return Wording(translated or original, lang_mark(translated or not original, language))


@lru_cache(maxsize=64)
def locale_of(language: str) -> Locale:
    """Return the locale of a language in Unicode's data."""
    return Locale.parse(LOCALES.get(language, language), sep="-")


def percent(number: float, language: str) -> str:
    """Return a percentage as people of a language write it: 12.5%, 12,5 %."""
    pattern = PERCENTAGES.get(language)
    locale = locale_of(language)
    return format_percent(number / 100, pattern, locale=locale, decimal_quantization=False)


def order_key(text: str, language: str) -> bytes:
    """Return the key that sorts texts as a dictionary of the language does: É among the E."""
    plain = _without_marks(text.casefold())
    if language.partition("-")[0] == "zh":
        return plain.translate(SOUNDS).encode("gb18030")
    return plain.encode()


def beside(first: str, second: str) -> str:
    """Return two texts that belong together and are no list: a town and its country."""
    if not (first and second):
        return first or second
    return pgettext("apart", "%(first)s, %(second)s") % {"first": first, "second": second}


def listed(parts: Iterable[str]) -> str:
    """Return a list of texts: "Red, Large"."""
    pattern = _("%(first)s, %(second)s")
    texts = [part for part in parts if part]
    return reduce(lambda first, second: pattern % {"first": first, "second": second}, texts or [""])


def labelled(name: StrOrPromise, value: StrOrPromise) -> str:
    """Return a name before its value: "Price: $4.10"."""
    return _("%(name)s: %(value)s") % {"name": name, "value": value}


def sentence(text: str) -> str:
    """Return a text with its full stop, unless it ends as a sentence does already."""
    return text if not text or text.endswith(ENDS) else _("%(text)s.") % {"text": text}


def sentences(*parts: str) -> str:
    """Return texts as sentences, one after the other; empty ones are left out."""
    blank = "" if (get_language() or "").startswith("zh") else " "
    return blank.join(sentence(part) for part in parts if part)


def _without_marks(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(sign for sign in parts if not unicodedata.combining(sign))
