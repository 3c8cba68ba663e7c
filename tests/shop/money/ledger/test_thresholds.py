"""Bounds mean as much in every currency, and are known before anything is sold in it."""

import pytest

from shop.core.currencies import convert, currencies, has_fractions, nearest_from_stripe
from shop.money.ledger.thresholds import NoRate, Threshold

ALONE, BANK = Threshold.ALONE, Threshold.LEAST_TO_BANK


def test_in_dollars_they_are_as_declared():
    assert [one.in_minor("USD") for one in Threshold] == [
        50_00, 10_00, 100_00, 1_00, 500_00, 50_00, 1_000_00,
    ]  # fmt: skip


@pytest.mark.parametrize("currency", sorted(currencies()))
def test_they_are_worth_as_much_in_every_currency(currency):
    for one in Threshold:
        amount = one.in_minor(currency)
        dollars = convert(amount, currency, "USD")
        assert amount > 0
        assert abs(dollars - one.in_minor("USD")) <= one.in_minor("USD") * 0.06 + 1


def test_they_are_round_sums():
    assert BANK.in_minor("NGN") % 1_000_00 == 0
    assert len(str(BANK.in_minor("UGX")).rstrip("0")) <= 2


def test_a_setting_is_in_the_currency_of_the_shop_and_converted_for_another(settings):
    settings.SHOP_CURRENCY, settings.ALONE_UP_TO = "NGN", 20_000_00

    assert ALONE.in_minor("NGN") == 20_000_00
    assert abs(ALONE.in_minor("USD") - convert(20_000_00, "NGN", "USD")) < 1_00


def test_without_a_rate_nothing_is_guessed():
    with pytest.raises(NoRate):
        ALONE.in_minor("XXX")


@pytest.mark.parametrize(("amount", "code", "ours"), [
    (232_030, "UGX", 2_320), (232_050, "UGX", 2_321), (-232_049, "UGX", -2_320),
    (1_234, "USD", 1_234), (12_345, "KWD", 1_235), (7, "JPY", 7),
])  # fmt: skip
def test_what_the_provider_counts_finer_is_rounded(amount, code, ours):
    assert nearest_from_stripe(amount, code) == ours


def test_it_is_known_where_the_provider_counts_finer():
    assert [code for code in ("USD", "UGX", "ISK", "KWD", "JPY") if has_fractions(code)] == [
        "UGX", "ISK", "KWD",
    ]  # fmt: skip
