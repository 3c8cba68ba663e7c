"""Machinery of the test run: the database cluster, the sandbox, the movable clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.core.cache import caches

from sandbox.server import Options, start
from shop.storefront import epoch

pytest_plugins = ["tests.browsing.fixtures"]


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Let no test see a page or a festival that another one left in the caches of the process."""
    for name in settings.CACHES:
        caches[name].clear()
    epoch.forget()


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator:
    """Serve the Stripe sandbox from a thread, checked against Stripe's specification."""
    options = Options(key="sk_test_sandbox_tests", secret="whsec_sandbox_tests")
    running = start(port=0, contract=True, options=options)
    yield running
    running.stop()


@pytest.fixture
def sandbox(sandbox_server, settings) -> Iterator:
    """Give a fresh sandbox, and point the shop at it."""
    from shop.payments.stripe_gateway import gateway  # noqa: PLC0415 (needs settings)

    sandbox_server.sandbox.reset()
    settings.STRIPE_BASE_URL = sandbox_server.url
    gateway.cache_clear()
    yield sandbox_server.sandbox
    assert not sandbox_server.sandbox.contract_errors
    gateway.cache_clear()


@pytest.fixture
def clock_at(settings) -> Iterator:
    """Set the shop's clock to an instant, for this process and the servers that it started."""
    from shop import clock  # noqa: PLC0415 (needs settings)

    def at(moment: datetime) -> None:
        clock.move(moment - datetime.now(UTC))

    yield at
    clock.move(datetime.now(UTC) - datetime.now(UTC))
