import csv
from pathlib import Path

import pytest
import stripe

from tests.sandbox import make
from tools.sandbox import currencies
from tools.sandbox.currencies import CURRENCIES, show_amount

ZERO_DECIMAL = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
THREE_DECIMAL = "bhd jod kwd omr tnd"
WITH_MINIMUM = [currency for currency in CURRENCIES.values() if currency.minimum > 1]


def total(api: stripe.StripeClient, amount: int, currency: str) -> int:
    return make.session(api, make.line(amount, currency=currency)).amount_total


def test_the_table_has_the_decimals_of_stripe():
    everything = CURRENCIES.values()

    assert " ".join(sorted(c.code for c in everything if c.exponent == 0)) == ZERO_DECIMAL
    assert " ".join(sorted(c.code for c in everything if c.exponent == 3)) == THREE_DECIMAL
    assert " ".join(sorted(c.code for c in everything if c.step == 100)) == "isk ugx"


def test_the_table_names_the_smallest_charges():
    least = {currency.code: currency.minimum for currency in WITH_MINIMUM}

    assert len(least) == 31
    assert (least["usd"], least["gbp"], least["jpy"]) == (50, 30, 50)
    assert (least["czk"], least["huf"], least["hkd"]) == (15_00, 175_00, 4_00)


@pytest.mark.parametrize("currency", WITH_MINIMUM, ids=lambda currency: currency.code)
def test_less_than_the_smallest_charge_is_refused(api, currency):
    assert total(api, currency.minimum, currency.code) == currency.minimum

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        total(api, currency.minimum - currency.step, currency.code)

    assert refusal.value.code == "amount_too_small"


def test_a_total_of_nothing_is_refused(api):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        total(api, 0, "xof")

    assert refusal.value.code == "amount_too_small"


@pytest.mark.parametrize(
    ("currency", "right", "wrong"), [("ugx", 15_000_00, 15_000_50), ("isk", 700_00, 700_01)]
)
def test_two_currencies_are_sent_times_a_hundred_in_whole_units(api, currency, right, wrong):
    assert total(api, right, currency) == right

    with pytest.raises(stripe.InvalidRequestError, match="divisible by 100"):
        total(api, wrong, currency)


@pytest.mark.parametrize("currency", THREE_DECIMAL.split())
def test_three_decimal_amounts_end_in_zero(api, currency):
    assert total(api, 4_250, currency) == 4_250

    with pytest.raises(stripe.InvalidRequestError, match="divisible by 10"):
        total(api, 4_255, currency)


def test_a_refund_keeps_to_the_steps_too(api, sandbox):
    charge = make.charge(api, sandbox, 20_000_00, "ugx")

    with pytest.raises(stripe.InvalidRequestError, match="divisible by 100"):
        api.v1.refunds.create({"charge": charge, "amount": 50_50})

    assert api.v1.refunds.list().data == []


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (120_50, "usd", "$120.50"),
        (1_234_567_89, "eur", "€1,234,567.89"),
        (5, "gbp", "£0.05"),
        (12_000, "xof", "XOF\N{NO-BREAK SPACE}12,000"),
        (980, "jpy", "¥980"),
        (4_250, "kwd", "KWD\N{NO-BREAK SPACE}4.250"),
        (15_000_00, "ugx", "UGX\N{NO-BREAK SPACE}15,000"),
        (99_00, "zar", "ZAR\N{NO-BREAK SPACE}99.00"),
    ],
)
def test_amounts_are_shown_by_their_decimals(amount, currency, shown):
    assert show_amount(amount, currency) == shown


def test_every_row_of_the_table_is_whole():

    path = Path(currencies.__file__).with_name("currencies.csv")
    rows = list(csv.DictReader(path.open(encoding="utf-8", newline="")))

    assert len(rows) == len(CURRENCIES) == 136
    assert all(int(row["minimum"] or 0) % int(row["step"]) == 0 for row in rows)
