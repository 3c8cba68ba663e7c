"""The proposals in the rows of a sheet: rows of one product and slot are one nomination."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django import forms
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.count import MOST
from shop.core.forms.fields import AmountField
from shop.festivals.models import Slot, SpreadsheetRow
from shop.festivals.nominations.proposal import Proposal
from shop.festivals.pricing.kinds import NUMBERS, Fixed, Number, filled
from shop.merchant.dashboard.spreadsheets.slot_names import SlotNames

MOST_PER_SHOPPER = 1_000


class Wrong(Exception):
    """A cell that cannot be used: its row, its column, and why."""

    def __init__(self, row: SpreadsheetRow, column: str, text: str) -> None:
        super().__init__(text)
        self.row, self.column, self.text = row, column, text


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """The rows of one product and slot, with the proposal that they make together."""

    product: Product
    slot: Slot
    proposal: Proposal
    rows: tuple[SpreadsheetRow, ...]
    variants: Mapping[int, SpreadsheetRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """The names that rows may use: own variants and experiences, and the slots that are open."""

    variants: Mapping[str, Variant]
    experiences: Mapping[str, Product]
    sizes: Mapping[int, frozenset[int]]
    slots: SlotNames


def group_of(rows: Sequence[SpreadsheetRow], known: SheetFacts) -> SheetGroup:
    """Return the proposal that the rows of one product and slot make together.

    Raises:
        Wrong: a cell cannot be used.
    """
    first = rows[0]
    told = first.cells.get("slot", "")
    slot = known.slots.find(told)
    if slot is None:
        raise Wrong(first, "slot", known.slots.problem(told))
    product, by_variant = _named(rows, known)
    numbers = [_read(row) for row in rows]
    typed = {n.name: _same(rows, n.name, [cells[n.name] for cells in numbers]) for n in NUMBERS}
    limit = _same(rows, "limit", [cells["limit"] for cells in numbers])
    prices, units = _by_variant(by_variant, rows, numbers)
    kind = next(iter(filled(typed, has_price=bool(prices))), Fixed)
    if kind.numbers:
        _refuse_half(product, by_variant, units, known, rows, kind.numbers[0].name)
    proposal = Proposal(
        rule=kind.code,
        numbers=typed,
        prices=prices if kind.names_prices else {},
        allotments=units,
        per_shopper=limit,
    )
    return SheetGroup(product, slot, proposal, tuple(rows), by_variant)


def _named(
    rows: Sequence[SpreadsheetRow], known: SheetFacts
) -> tuple[Product, dict[int, SpreadsheetRow]]:
    """Return the product that rows name, and each row by its variant; none of an experience."""
    by_variant: dict[int, SpreadsheetRow] = {}
    for row in rows:
        sku = row.cells.get("sku", "")
        if experience := known.experiences.get(sku):
            if len(rows) > 1:
                raise Wrong(rows[1], "sku", _("This stands in the sheet twice for this slot."))
            return experience, {}
        variant = known.variants.get(sku)
        if variant is None:
            raise Wrong(row, "sku", _("Your store has no product with this SKU."))
        if variant.pk in by_variant:
            raise Wrong(row, "sku", _("This stands in the sheet twice for this slot."))
        by_variant[variant.pk] = row
    return known.variants[rows[0].cells["sku"]].product, by_variant


def _read(row: SpreadsheetRow) -> dict[str, int | None]:
    """Return the numbers of a row; an empty cell is None."""
    found = {
        **{number.name: _cell(row, number.name, _number(number)) for number in NUMBERS},
        "price": _cell(row, "price", AmountField(required=False).clean),
        "units": _cell(row, "units", _whole(MOST)),
        "limit": _cell(row, "limit", _whole(MOST_PER_SHOPPER)),
    }
    if len(filled(found, has_price=found["price"] is not None)) > 1:
        raise Wrong(
            row,
            "price",
            _("Fill in one kind of deal only: a percentage, a price, or what to buy and pay for."),
        )
    return found


def _cell(row: SpreadsheetRow, column: str, read: Callable[[str], int | None]) -> int | None:
    text = row.cells.get(column, "")
    if not text:
        return None
    if text.startswith("="):
        raise Wrong(row, column, _("Write the number itself, not a formula."))
    try:
        return read(text)
    except (forms.ValidationError, ValueError) as refusal:
        said = refusal.messages[0] if isinstance(refusal, forms.ValidationError) else str(refusal)
        raise Wrong(row, column, said) from None


def _number(number: Number) -> Callable[[str], int]:
    def read(text: str) -> int:
        try:
            return number.read(text)
        except ValueError as wrong:
            raise ValueError(_(str(wrong))) from None

    return read


def _whole(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        number = text[:9]
        if not (number.isascii() and number.isdecimal() and 1 <= int(number) <= most):
            raise ValueError(_("Enter a whole number from 1 to %(most)d.") % {"most": most})
        return int(number)

    return read


def _same(rows: Sequence[SpreadsheetRow], column: str, values: Sequence[int | None]) -> int | None:
    """Return the one value of a column in all rows of one product and slot."""
    told = [(row, value) for row, value in zip(rows, values, strict=True) if value is not None]
    for row, value in told:
        if value != told[0][1]:
            text = _("All rows of one product and slot say the same here.")
            raise Wrong(row, column, text)
    return told[0][1] if told else None


def _by_variant(
    by_variant: Mapping[int, SpreadsheetRow],
    rows: Sequence[SpreadsheetRow],
    told: Sequence[Mapping[str, int | None]],
) -> tuple[dict[int, int], dict[int, int]]:
    """Return the prices and the units of rows, by variant id."""
    prices: dict[int, int] = {}
    units: dict[int, int] = {}
    if not by_variant:
        _refuse_of_dates(rows[0], told[0])
    for (pk, _row), cells in zip(by_variant.items(), told, strict=False):
        if cells["price"] is not None:
            prices[pk] = cells["price"]
        if cells["units"] is not None:
            units[pk] = cells["units"]
    left_out = [row for pk, row in by_variant.items() if units and pk not in units]
    if left_out:  # it would be left out of the deal without a word
        text = _("Set pieces aside for each row of this product, or for none.")
        raise Wrong(left_out[0], "units", text)
    return prices, units


def _refuse_of_dates(row: SpreadsheetRow, cells: Mapping[str, int | None]) -> None:
    for name in ("price", "units"):
        if cells[name] is not None:
            raise Wrong(row, name, _("All dates have the same deal. Leave this empty."))


def _refuse_half(
    product: Product,
    by_variant: Mapping[int, SpreadsheetRow],
    units: Mapping[int, int],
    known: SheetFacts,
    rows: Sequence[SpreadsheetRow],
    column: str,
) -> None:
    """Refuse a percentage that would hold for sizes that the sheet does not mention."""
    others = known.sizes.get(product.pk, frozenset()) - set(by_variant)
    if by_variant and others and not units:
        text = _("This deal holds for all sizes: fill in each of them, or give prices.")
        raise Wrong(rows[0], column, text)
