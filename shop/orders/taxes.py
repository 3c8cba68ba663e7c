"""Tax that is inside a price."""

from __future__ import annotations


def tax_in(paid: int, vat_bp: int) -> int:
    """Return the tax that an amount holds at a rate in hundredths of a percent, minor units.

    The part without tax is rounded down: of 119.00 at 1,900 it is 100.00, and 19.00 is tax.
    """
    return paid - paid * 10_000 // (10_000 + vat_bp)
