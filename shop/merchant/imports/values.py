"""What cells mean: amounts, units, grams, countries, states, words; each fault says what to do.

No cell is guessed at: where two readings are possible the sheet says once which one holds.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import nh3
from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from shop.catalogue.delivery.names import codes, countries_by_name
from shop.catalogue.fields.field_types import (
    ChoiceType,
    CountryType,
    CustomsCode,
    FieldType,
    Line,
    Prose,
    WordList,
)
from shop.catalogue.stock.count import MOST
from shop.core.currencies import convert, convertible, currencies
from shop.core.forms.fields import HsCodeField
from shop.core.forms.visible_text import seen_only
from shop.merchant.imports.child import LONGEST
from shop.storefront.listings.variants import HEAVIEST

GRAMS = {"g": Decimal(1), "kg": Decimal(1000), "lb": Decimal("453.59237"),
         "oz": Decimal("28.349523125")}  # fmt: skip
"""Grams of a unit; pound and ounce as the agreement of 1959 defines them."""
UNIT = re.compile(
    r"^(.*?)\s*(kgs?|kilos?|g|gr|grams?|grammes?|lbs?|pounds?|oz|ounces?)\.?$", re.IGNORECASE
)
UNITS = {"k": "kg", "g": "g", "l": "lb", "p": "lb", "o": "oz"}
# Signs of currencies, and which currencies they stand for.
MONEY_SIGNS = {
    "$": {"USD", "CAD", "AUD", "NAD", "SGD", "HKD", "NZD", "MXN", "ARS", "CLP", "COP"},
    "US$": {"USD"}, "MX$": {"MXN"}, "€": {"EUR"}, "₽": {"RUB"}, "руб.": {"RUB"}, "₹": {"INR"},
    "₺": {"TRY"}, "zł": {"PLN"},
    "£": {"GBP", "EGP"},
    "¥": {"CNY", "JPY"}, "￥": {"CNY", "JPY"}, "元": {"CNY"}, "₦": {"NGN"}, "R": {"ZAR"},
    "R$": {"BRL"}, "KSh": {"KES"}, "TSh": {"TZS"}, "GH₵": {"GHS"}, "DH": {"MAD", "AED"},
    "CFA": {"XOF", "XAF"}, "FCFA": {"XOF", "XAF"},
}  # fmt: skip
LARGEST = 10**11  # minor units
NUMBER = re.compile(r"[+-]?[\d.,\s\u00a0\u202f'’]*\d[\d.,\s\u00a0\u202f'’]*")
BLANKS = re.compile(r"[\s\u00a0\u202f'’]")
LONGEST_NUMBER = 60
"""Letters of a cell with a number in it: beyond it the patterns above would take their time."""
POINT, COMMA = "point", "comma"
HIDDEN = {"0", "-1", "false", "no", "non", "não", "draft", "archived", "unlisted", "hidden",
          "private", "inactive", "off", "taken off sale", "brouillon", "hors vente", "rascunho",
          "fora de venda", "rasimu", "草稿", "下架", "مسودة"}  # fmt: skip
SHOWN = {"1", "true", "yes", "oui", "sim", "active", "published", "publish", "visible", "on sale",
         "catalog", "search", "submitted", "on", "actif", "en vente", "ativo", "à venda",
         "inauzwa", "在售", "معروض للبيع"}  # fmt: skip
BLOCKS = {"p", "br", "li", "ul", "ol", "div", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
          "blockquote", "table", "section", "article"}  # fmt: skip
ITEM = re.compile(r"<li[^>]*>\s*", re.IGNORECASE)
LINE_END = re.compile(r"<br\s*/?>|</(?:li|tr|div)>", re.IGNORECASE)
PARAGRAPH_END = re.compile(
    r"</(?:p|h[1-6]|ul|ol|blockquote|table|section|article)>|<hr\s*/?>", re.IGNORECASE
)
DIVIDED = re.compile(r"[,;،、，\n]")


class Unclear(Exception):
    """A cell that cannot be used; the text says what to do."""


class OtherCurrency(Unclear):
    """A price in another currency, of which a rate is known: it is asked once for all rows."""

    def __init__(self, text: str, code: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a sheet writes numbers: what stands before their decimals."""

    decimal: str = POINT


@dataclass(frozen=True, slots=True)
class MoneyStyle:
    """Which currencies the prices of a sheet are in.

    Args:
        currency: of prices that name none; empty: the shop's.
        converts: prices that name another currency are converted.
    """

    currency: str = ""
    converts: bool = False


def price(
    text: str, style: NumberStyle, told: str = "", money: MoneyStyle | None = None
) -> int:  # fmt: skip
    """Return an amount of the shop's currency in minor units.

    Args:
        told: the currency by a column of its own.

    Raises:
        OtherCurrency: it is in another currency, and nobody said yet that it is converted.
        Unclear: it is none, is in a currency without a rate, or can be read in two ways.
    """
    ours, money = settings.SHOP_CURRENCY, money or MoneyStyle()
    number, sign = _apart(_short(text))
    code = _currency_of((sign, told.strip()), money.currency or ours)
    if code not in (ours, money.currency) and not money.converts:
        raise OtherCurrency(_only_ours(), code)
    value = decimal_of(number, style)
    digits = currencies()[code].exponent
    exact = value.scaleb(digits)
    if exact != exact.to_integral_value():
        raise Unclear(_("A price has at most %(count)d decimals.") % {"count": digits})
    amount = int(exact) if 0 < exact < LARGEST else 0
    if code != ours:
        amount = convert(amount, code, ours) or 0
    if not 0 < amount < LARGEST:
        raise Unclear(_("Write a price above 0, like 48.00."))
    return amount


def _currency_of(names: Iterable[str], usual: str) -> str:
    """Return the currency that signs and codes beside a price mean.

    Args:
        usual: what is meant where nothing is said, or where it is one of several.

    Raises:
        Unclear: it is none that could be converted.
    """
    meant = [MONEY_SIGNS.get(name, {name.upper()}) for name in names if name]
    both = set.intersection(*meant) if meant else {usual}
    for code in (usual, settings.SHOP_CURRENCY):
        if code in both:
            return code
    code = both.pop() if len(both) == 1 else ""
    if code not in convertible():
        raise Unclear(_only_ours())
    return code


def _only_ours() -> str:
    return _("The shop’s prices are in %(currency)s.") % {"currency": settings.SHOP_CURRENCY}


def units(text: str, style: NumberStyle) -> int:
    """Return how many pieces there are; what is less than nothing is nothing.

    Raises:
        Unclear: it is no whole number, or too large.
    """
    value = decimal_of(text, style)
    if value != value.to_integral_value() or value > MOST:
        raise Unclear(_("Enter a whole number from 0 to %(most)d.") % {"most": MOST})
    return max(0, int(value))


def grams(text: str, unit: str, style: NumberStyle) -> int | None:
    """Return a packed weight in grams; None for 0, which other systems write for "not weighed".

    Args:
        unit: of the column; one in the cell says more.

    Raises:
        Unclear: it is no weight, or too heavy for a parcel.
    """
    found = UNIT.match(_short(text.strip()))
    if found:
        text, unit = found[1], UNITS[found[2][0].lower()]
    value = (decimal_of(text, style) * GRAMS[unit]).to_integral_value(ROUND_HALF_UP)
    if not 0 <= value <= HEAVIEST:
        raise Unclear(
            _("Enter a packed weight of at most %(count)d kg.") % {"count": HEAVIEST // 1000}
        )
    return int(value) or None


def decimal_of(text: str, style: NumberStyle) -> Decimal:
    """Return a number as its sheet writes numbers.

    Raises:
        Unclear: it is none, or can be read in two ways.
    """
    bare = BLANKS.sub("", _short(text))
    if bare.startswith("="):
        raise Unclear(_("Write the number itself, not a formula."))
    if re.search(r"[oOlI]", bare) and re.search(r"\d", bare):
        raise Unclear(_("Replace the letter by a digit: O by 0, l or I by 1."))
    thousands, point = (",", ".") if style.decimal == POINT else (".", ",")
    pattern = rf"[+-]?(?:\d+|\d{{1,3}}(?:{re.escape(thousands)}\d{{3}})+)(?:{re.escape(point)}\d*)?"
    if not bare.isascii() or not re.fullmatch(pattern, bare):
        if re.fullmatch(rf"[+-]?\d+{re.escape(thousands)}\d+", bare):
            raise Unclear(_(
                "This sheet writes decimals with “%(sign)s”. Write this number so, too."
            ) % {"sign": point})  # fmt: skip
        raise Unclear(_("Write a number, like %(example)s.") % {"example": f"48{point}00"})
    return Decimal(bare.replace(thousands, "").replace(point, "."))


def style_of(texts: list[str]) -> str:
    """Return what stands before decimals in prices: a comma where more of them say so."""
    ends = [found[1] for text in texts if (found := re.search(r"([.,])\d{1,2}\D*$", text))]
    return COMMA if ends.count(",") > ends.count(".") else POINT


def is_hidden(text: str) -> bool | None:
    """Tell whether a state means that nobody should see the product; None for no answer.

    Raises:
        Unclear: it is a word that no system writes.
    """
    word = text.strip().casefold()
    if not word:
        return None
    if word in HIDDEN or word in SHOWN:
        return word in HIDDEN
    raise Unclear(_("Write “draft” or “on sale”."))


def country(text: str) -> str:
    """Return the code of a country: by its two letters, or its name in a language of the shop.

    Raises:
        Unclear: it is none.
    """
    word = text.strip()
    if word.upper() in codes():
        return word.upper()
    if found := _countries().get(word.casefold()):
        return found
    raise Unclear(_("Use two letters, like SN."))


def customs_code(text: str) -> str:
    """Return a customs code as dddd.dd.

    Raises:
        Unclear: it is none; a zero that a spreadsheet took away is named.
    """
    word = text.strip()
    if re.fullmatch(r"\d{3}\.\d{2}|\d{5}", word):
        raise Unclear(_("A zero in front is gone. Mark the column as text, and type it again."))
    if re.fullmatch(r"\d{4}\.\d", word):
        raise Unclear(_("A zero at the end is gone. Mark the column as text, and type it again."))
    try:
        return str(HsCodeField(required=False).clean(word))
    except forms.ValidationError as refusal:
        raise Unclear(refusal.messages[0]) from None


def one_of(text: str, words: Mapping[str, str]) -> str:
    """Return the code that is written as itself, or as one of its words in a language of the shop.

    Args:
        words: of each code, divided by ``|``.

    Raises:
        Unclear: the word is not known.
    """
    word = " ".join(text.casefold().split())
    for code, names in words.items():
        if word == code or word in names.split("|"):
            return code
    raise Unclear(_("Write one of these: %(words)s.") % {"words": ", ".join(words)})


def of_type(wanted: FieldType, text: str) -> Any:
    """Return the value of a product's declared field.

    Raises:
        Unclear: the cell cannot be used.
    """
    match wanted:
        case Line():
            return line(text, wanted.longest)
        case Prose():
            return prose(text, wanted.longest)
        case WordList():
            return list(listed_words(text, most=wanted.most, longest=wanted.longest))
        case CountryType():
            return country(text)
        case CustomsCode():
            return customs_code(text)
        case ChoiceType():
            return one_of(text, wanted.spellings)
    raise NotImplementedError(f"No spreadsheet holds a {type(wanted).__name__} yet.")


def line(text: str, most: int) -> str:
    """Return one line of words.

    Raises:
        Unclear: it is too long.
    """
    words = " ".join(plain_text(text).split())
    if len(words) > most:
        raise Unclear(_("At most %(most)d letters. This has %(count)d.") % {
            "most": most, "count": len(words),
        })  # fmt: skip
    return words


def prose(text: str, most: int) -> str:
    """Return several lines of plain words, whatever markup they came in.

    Raises:
        Unclear: they are too long.
    """
    if len(text) > LONGEST:
        raise Unclear(_("This cell is too long to be read. Shorten it."))
    words = plain_text(text)
    if len(words) > most:
        raise Unclear(_("At most %(most)d letters. This has %(count)d.") % {
            "most": most, "count": len(words),
        })  # fmt: skip
    return words


def listed_words(text: str, *, most: int, longest: int) -> tuple[str, ...]:
    """Return words that are divided by semicolons, or else by commas, each once.

    Raises:
        Unclear: they are too many, or one is too long.
    """
    plain = plain_text(text)
    parts = plain.split(";") if ";" in plain else DIVIDED.split(plain)
    found = dict.fromkeys(" ".join(part.split()) for part in parts)
    words = tuple(word for word in found if word)
    if any(len(word) > longest for word in words):
        raise Unclear(_("A word has at most %(most)d letters.") % {"most": longest})
    return words[:most]


def plain_text(text: str) -> str:
    """Return what a reader sees of markup: paragraphs and lines stay, scripts and tags go."""
    if "<" in text:
        kept = nh3.clean(text, tags=BLOCKS, attributes={}, link_rel=None)
        kept = ITEM.sub("• ", kept)
        kept = PARAGRAPH_END.sub("\n\n", LINE_END.sub("\n", kept))
        text = nh3.clean(kept, tags=set())
    text = seen_only(html.unescape(text), keep="\n").replace("\u00a0", " ")
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _short(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        raise Unclear(_("Write a number, like %(example)s.") % {"example": "48.00"})
    return text


def _apart(text: str) -> tuple[str, str]:
    """Return the number of a price and what stands beside it."""
    found = NUMBER.search(text)
    if not found:
        raise Unclear(_("Write a price above 0, like 48.00."))
    beside = (text[: found.start()] + text[found.end() :]).strip()
    if re.fullmatch(r"[oOlI]+|.*[\d=].*", beside):  # 62,OO or =1+1
        return text, ""
    return found[0], beside


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """Return the codes of countries by their names, in small letters, in every language."""
    return {name.casefold(): code for language, _called in settings.LANGUAGES
            for code, name in countries_by_name(language)}  # fmt: skip
