"""The kinds of deals. Each is one class: its typed numbers, its price, its wording.

Nothing here knows Django: words are marked for translation, and translated by whoever shows them.
A new kind needs beside its class a column of ``Nomination`` for each of its numbers, a code of
eight letters at the most, a value within ``deal_value_in_range``, and its name in the sentence of
``workspace.sheets.rows`` about two kinds in one row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from shop.core.money import divide


def gettext_noop(text: str) -> str:
    """Mark a text for translation; ``makemessages`` knows the function by this name."""
    return text


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number that is typed once for all variants of a product.

    ``name`` is a column of the nomination and of a sheet, ``label`` its heading, ``wrong`` is said
    of everything outside its bounds. With ``is_percent`` a sheet may say 25 %, or 0.25 as
    spreadsheets keep it.
    """

    name: str
    label: str
    least: int
    most: int
    wrong: str
    is_percent: bool = False

    def read(self, text: str) -> int:
        """Read a cell of a sheet.

        Raises:
            ValueError: it is none of these numbers; the text is marked for translation.
        """
        number = text
        if self.is_percent:
            number = number.removesuffix("%").strip()
            if number.startswith("0.") and number[2:].isdecimal():
                number = f"{float(number) * 100:g}"
        found = int(number[:9]) if number.isascii() and number.isdecimal() else None
        if found is None or not self.allows(found):
            raise ValueError(self.wrong)
        return found

    def allows(self, number: int | None) -> bool:
        """Tell whether a number is there and within its bounds."""
        return number is not None and self.least <= number <= self.most


class DealKind:
    """How a deal lowers a price. A deal holds one of these, made from its columns.

    Class attributes:
        code: the word in the database and in forms.
        way: the choice in the form of a nomination.
        numbers: what is typed once for all variants.
        names_prices: whether a price is typed for each variant.
        follows_regular: whether its price changes with the regular one. That may not rise while
            such a deal runs.
        counts_together: whether it takes something off units that are bought together, whichever
            variants of a product they are, and leaves the price of one as it is.
        said, said_short, explained: how a page writes a deal whose price does not say it all, in
            full, on a flag and in a sentence more; from ``facts``, marked for translation.
        price_sql: the price of one unit in SQL, from ``{regular}`` and ``{value}``, the amount
            in force and the deal's column.
    """

    __slots__ = ()

    code: ClassVar[str]
    way: ClassVar[str]
    numbers: ClassVar[tuple[Number, ...]] = ()
    names_prices: ClassVar[bool] = False
    follows_regular: ClassVar[bool] = False
    counts_together: ClassVar[bool] = False
    said: ClassVar[str] = ""
    said_short: ClassVar[str] = ""
    explained: ClassVar[str] = ""
    price_sql: ClassVar[str]

    @classmethod
    def typed(cls, numbers: Mapping[str, int | None], price: int | None) -> Self | None:
        """Return the deal that was typed for a variant; None where nothing usable was.

        Args:
            numbers: those of all kinds, by name.
            price: of the variant, in minor units.
        """
        raise NotImplementedError

    @classmethod
    def stored(cls, columns: Mapping[str, int | None]) -> Self:
        """Return the deal that columns of its row hold."""
        raise NotImplementedError

    @property
    def columns(self) -> dict[str, int | None]:
        """Return the values of the columns of its row."""
        raise NotImplementedError

    @property
    def facts(self) -> dict[str, int]:
        """Return the numbers that its words name."""
        return {}

    def price(self, regular: int) -> int:
        """Return the price of one unit at a regular price."""
        raise NotImplementedError

    def best_price(self, regular: int) -> int:
        """Return the price of one unit when as many are bought as the deal asks for."""
        return self.price(regular)

    def saved(self, prices: Sequence[int]) -> int:
        """Return the amount taken off units that are bought together, beside their own prices.

        Args:
            prices: of each unit, in any order.
        """
        return 0

    def units_to_next(self, units: int) -> int:
        """Return how many more units would lower their price together; 0 if none would."""
        return 0

    def is_undercut(self, regular: int | None) -> bool:
        """Return whether the deal gives nothing, since the regular price is not above its own.

        A deal that counts units together gives something at any regular price, and without a
        regular price nothing is known. ``undercut_sql`` says the same in a statement.
        """
        if regular is None or self.counts_together:
            return False
        return regular <= self.price(regular)

    def written(self, money: Callable[[int], str]) -> str:
        """Write the price or the saving, in signs that every language reads; else nothing.

        Args:
            money: writes minor units.
        """
        return ""

    @classmethod
    def problem(cls, numbers: Mapping[str, int | None]) -> tuple[str, str] | None:
        """Return the number that cannot be, and why, marked for translation."""
        for number in cls.numbers:
            if not number.allows(numbers.get(number.name)):
                return number.name, number.wrong
        return None


@dataclass(frozen=True, slots=True)
class Fixed(DealKind):
    """A price of its own, in minor units, independent of the regular price."""

    amount: int

    code = "fixed"
    way = gettext_noop("By a price for each size")
    names_prices = True
    price_sql = "{value}"

    @classmethod
    def typed(cls, numbers: Mapping[str, int | None], price: int | None) -> Self | None:
        """Return the deal at the variant's price."""
        return None if price is None else cls(price)

    @classmethod
    def stored(cls, columns: Mapping[str, int | None]) -> Self:
        """Return the deal of a row."""
        return cls(columns["value"] or 0)

    @property
    def columns(self) -> dict[str, int | None]:
        """Return the price."""
        return {"value": self.amount}

    def price(self, regular: int) -> int:
        """Return the price."""
        return self.amount

    def written(self, money: Callable[[int], str]) -> str:
        """Write the price."""
        return money(self.amount)


@dataclass(frozen=True, slots=True)
class Percent(DealKind):
    """A whole percentage off the regular price."""

    percent: int

    code = "percent"
    way = gettext_noop("By a percentage")
    numbers = (
        Number("percent", gettext_noop("Percent off"), 1, 99,
               gettext_noop("A percentage is a whole number between 1 and 99."), is_percent=True),
    )  # fmt: skip
    follows_regular = True
    # As ``reduced``: rounded half up, and never below one unit.
    price_sql = "greatest(1, ({regular} * (100 - {value}) + 50) / 100)"

    @classmethod
    def typed(cls, numbers: Mapping[str, int | None], price: int | None) -> Self | None:
        """Return the deal at the percentage, where it can be one."""
        percent = numbers.get("percent")
        return cls(percent) if percent is not None and cls.problem(numbers) is None else None

    @classmethod
    def stored(cls, columns: Mapping[str, int | None]) -> Self:
        """Return the deal of a row."""
        return cls(columns["value"] or 0)

    @property
    def columns(self) -> dict[str, int | None]:
        """Return the percentage."""
        return {"value": self.percent}

    def price(self, regular: int) -> int:
        """Return the regular price less the percentage."""
        return reduced(regular, self.percent)

    def written(self, money: Callable[[int], str]) -> str:
        """Write the percentage."""
        return f"−{self.percent}\N{NO-BREAK SPACE}%"


MOST_TOGETHER = 20
WRONG_TOGETHER = gettext_noop("Give two whole numbers up to 20: buy more than you pay for.")


@dataclass(frozen=True, slots=True)
class Multibuy(DealKind):
    """Buy a number of units of a product, pay for fewer: of each such set the cheapest are free.

    Units are taken by their prices, the dearest first, a set at a time: whoever buys in one order
    pays no more than in several. The price of one stays as it is, so it is no reduction of a price
    (Commission notice 2021/C 526/02 on Directive 98/6/EC, 1.1: combined and conditional offers).
    """

    buys: int
    pays: int

    code = "multibuy"
    way = gettext_noop("Buy several, pay for fewer")
    numbers = (
        Number("buys", gettext_noop("Buy"), 2, MOST_TOGETHER, WRONG_TOGETHER),
        Number("pays", gettext_noop("Pay for"), 1, MOST_TOGETHER - 1, WRONG_TOGETHER),
    )
    follows_regular = True
    counts_together = True
    said = gettext_noop("Buy %(buys)d, pay for %(pays)d")
    said_short = gettext_noop("%(buys)d for %(pays)d")
    explained = gettext_noop("All sizes of this product count together; the cheapest are free.")
    price_sql = "{regular}"

    @classmethod
    def typed(cls, numbers: Mapping[str, int | None], price: int | None) -> Self | None:
        """Return the deal with both numbers, where they can be one."""
        buys, pays = numbers.get("buys"), numbers.get("pays")
        if buys is None or pays is None or cls.problem(numbers) is not None:
            return None
        return cls(buys, pays)

    @classmethod
    def stored(cls, columns: Mapping[str, int | None]) -> Self:
        """Return the deal of a row."""
        return cls(columns["value"] or 0, columns["paid_units"] or 0)

    @classmethod
    def problem(cls, numbers: Mapping[str, int | None]) -> tuple[str, str] | None:
        """Return the number that is wrong; as many are never paid for as are bought."""
        buys, pays = numbers.get("buys"), numbers.get("pays")
        if buys is not None and pays is not None and pays >= buys:
            return "pays", WRONG_TOGETHER
        return super(Multibuy, cls).problem(numbers)

    @property
    def columns(self) -> dict[str, int | None]:
        """Return how many are bought, and paid for."""
        return {"value": self.buys, "paid_units": self.pays}

    @property
    def facts(self) -> dict[str, int]:
        """Return both numbers."""
        return {"buys": self.buys, "pays": self.pays}

    def price(self, regular: int) -> int:
        """Return the regular price: one alone costs that."""
        return regular

    def best_price(self, regular: int) -> int:
        """Return the price of one of a whole set of equal units, rounded up."""
        return -(-regular * self.pays // self.buys)

    def saved(self, prices: Sequence[int]) -> int:
        """Return the prices of those that are free."""
        dearest_first = sorted(prices, reverse=True)
        whole = len(prices) - len(prices) % self.buys
        return sum(
            price for place, price in enumerate(dearest_first[:whole])
            if place % self.buys >= self.pays
        )  # fmt: skip

    def units_to_next(self, units: int) -> int:
        """Return how many more units complete the next set."""
        return -units % self.buys


def reduced(regular: int, percent: int) -> int:
    """Return a price less a percentage, rounded per unit, half up, and never below one unit.

    12.50 at 33 % off is 8.38.
    """
    return max(1, divide(regular * (100 - percent), 100))


# In the order of the form: what is chosen most comes first.
KINDS: dict[str, type[DealKind]] = {kind.code: kind for kind in (Percent, Fixed, Multibuy)}
NUMBERS: tuple[Number, ...] = tuple(n for kind in KINDS.values() for n in kind.numbers)
CHOICES: list[tuple[str, str]] = [(code, code.capitalize()) for code in KINDS]
# The kinds whose price goes with the regular one.
FOLLOWING: tuple[str, ...] = tuple(code for code, kind in KINDS.items() if kind.follows_regular)


def kind_of(code: str, value: int, paid_units: int | None) -> DealKind:
    """Return the deal that the columns of its row hold."""
    return KINDS[code].stored({"value": value, "paid_units": paid_units})


def undercut_sql(*, kind: str, value: str, regular: str) -> str:
    """Return ``is_undercut`` for a statement, from the SQL of its columns."""
    prices = {
        code: each.price_sql.format(value=value, regular=regular)
        for code, each in KINDS.items()
        if not each.counts_together
    }
    cases = (f"WHEN '{code}' THEN {regular} <= {price}" for code, price in prices.items())
    return f"CASE {kind} {' '.join(cases)} ELSE false END"


def filled(numbers: Mapping[str, int | None], *, has_price: bool) -> Sequence[type[DealKind]]:
    """Return the kinds of which something was typed.

    Args:
        has_price: a price was typed for a variant.
    """
    return [
        kind
        for kind in KINDS.values()
        if any(numbers.get(number.name) is not None for number in kind.numbers)
        or (kind.names_prices and has_price)
    ]
