"""Amounts as people write them, what is the least that can be paid, and about how much it is."""

import pytest

from shop.core.currencies import (
    convert,
    currencies,
    for_stripe,
    from_stripe,
    is_chargeable,
    least_charge,
    written,
)

NARROW, WIDE = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"
RTL, LTR = "\N{RIGHT-TO-LEFT MARK}", "\N{LEFT-TO-RIGHT MARK}"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "$1,234.50"),
        ("fr", f"1{NARROW}234,50{WIDE}$US"),
        ("zh-hans", "US$1,234.50"),
        ("sw", f"US${WIDE}1,234.50"),
        ("pt", f"US${WIDE}1.234,50"),
    ],
)
def test_an_amount_is_written_as_in_its_language(language, text):
    assert written(1_234_50, "USD", language) == text


def test_in_arabic_the_sign_stays_behind_its_letters():
    assert written(1_234_50, "USD", "ar") == f"{RTL}1,234.50{WIDE}US${LTR}"


@pytest.mark.parametrize(
    ("code", "text"), [("RWF", "RWF1,500"), ("TND", "TND15.00"), ("MGA", "MGA1,500")]
)
def test_an_amount_has_the_decimals_that_can_be_charged(code, text):
    assert written(15_00, code, "en") == text


def test_the_least_charge_is_the_providers_or_worth_a_dollar():
    assert least_charge("USD") == 50
    assert currencies()["RWF"].minimum is None
    assert least_charge("RWF") == convert(100, "USD", "RWF")


@pytest.mark.parametrize("code", ["USD", "RWF", "JPY", "UGX", "TND", "MGA"])
def test_what_the_provider_is_sent_comes_back_as_it_was(code):
    assert from_stripe(for_stripe(20_00, code), code) == 20_00


@pytest.mark.parametrize("code", sorted(currencies()))
def test_every_amount_can_be_charged_that_can_be_written(code):
    """Stripe wants three-decimal amounts to end in 0, and ISK and UGX in whole units."""
    steps = {"ISK": 100, "UGX": 100}
    step = 10 if currencies()[code].stripe_rule == "three_decimal" else steps.get(code, 1)
    if is_chargeable(code):
        assert [for_stripe(amount, code) % step for amount in range(20_01, 20_12)] == [0] * 11


def test_an_amount_that_is_not_in_our_units_is_not_ours():
    with pytest.raises(ValueError, match="not a whole amount"):
        from_stripe(20_005, "KWD")
