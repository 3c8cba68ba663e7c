"""Settings with which the provider could not send payouts are said by ``manage.py check``."""

import pytest

from shop.money.settlements.checks import (
    amounts_that_nobody_knows,
    half_set_payouts,
    unheard_payouts,
)


def ids(found):
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("sender", "storage", "currency", "said"),
    [
        ("", "", "KES", []),
        ("US", "", "USD", []),
        ("US", "fa_1", "USD", []),
        ("GB", "fa_1", "GBP", []),
        ("", "fa_1", "USD", ["payouts.E001"]),
        ("KE", "fa_1", "USD", ["payouts.E001"]),
        ("US", "fa_1", "KES", ["payouts.E002"]),
    ],
)
def test_half_set(settings, sender, storage, currency, said):
    settings.PAYOUT_SENDER, settings.PAYOUT_FINANCIAL_ACCOUNT = sender, storage
    settings.SHOP_CURRENCY = currency

    assert ids(half_set_payouts(None)) == said


def test_without_a_secret_messages_are_refused(settings):
    settings.PAYOUT_FINANCIAL_ACCOUNT = "fa_1"
    settings.STRIPE_THIN_WEBHOOK_SECRETS = []
    assert ids(unheard_payouts(None)) == ["payouts.W001"]
    settings.PAYOUT_FINANCIAL_ACCOUNT = ""

    assert ids(unheard_payouts(None)) == []


def test_a_currency_without_a_rate_is_refused(settings):
    assert amounts_that_nobody_knows(None) == []
    settings.SHOP_CURRENCY = "XXX"

    [found] = amounts_that_nobody_knows(None)

    assert found.id == "payouts.E003"
