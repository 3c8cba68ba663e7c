"""What waits for `make long`: all that goes through browsers but a purchase, and the drills."""

from collections.abc import Iterable

import pytest

IN_BROWSERS = ("tests/access/", "tests/journeys/")
AT_ONCE = ("tests/journeys/test_buying.py",)
DRILLS = (  # they start processes, wait for silent ones, or fill large tables
    "tests/lives/",
    "tests/sandbox/test_command.py",
    "tests/season/",
    "tests/setup/test_setup.py",
    "tests/setup/test_waits_for_servers.py",
    "tests/shop/management/test_beat.py",
    "tests/shop/money/payments/provider/test_guards.py",
    "tests/shop/money/payments/test_sessions.py",
    "tests/shop/core/images/test_limits.py",
    "tests/shop/core/rate_limits/test_store.py",
    "tests/shop/storefront/test_database_away.py",
    "tests/shop/storefront/test_probe.py",
    "tests/shop/merchant/dashboard/spreadsheets/test_work.py",
    "tests/shop/merchant/dashboard/test_long_lists.py",
)


def let_some_wait(items: Iterable[pytest.Item]) -> None:
    """Mark as long what half of the time goes to, so that `make test` is soon over."""
    for item in items:
        if item.nodeid.startswith((*IN_BROWSERS, *DRILLS)) and not item.nodeid.startswith(AT_ONCE):
            item.add_marker(pytest.mark.long)
