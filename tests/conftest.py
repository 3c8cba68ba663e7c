"""Machinery of the test run: the database cluster, the sandbox, the movable clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import caches
from django.db import connection

from shop.storefront.cache import catalogue_version
from tests import composing, emptying, locking, telling, template
from tests.patience import PATIENCE
from tests.waiting import let_some_wait
from tools.sandbox.server import Options, start

pytest_plugins = ["tests.browsing.fixtures"]

# An example may take as long as it takes: a machine that has other work shows no mistake of ours.
hypothesis.settings.register_profile(
    "ours", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("ours")
locking.watch()
emptying.watch()
telling.watch()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal out whole modules to the processes of a run."""
    from tests.sharing import ByModule  # noqa: PLC0415 (needs pytest-xdist, which a run may lack)

    return ByModule(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what waits for `make long`, before a run chooses by marks."""
    let_some_wait(items)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix, django_db_blocker, request
) -> None:
    """Make the database of the run a copy, unless ``--create-db`` asks for the migrations."""
    if not request.config.getoption("create_db"):
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = template.provide()


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Let no test see a page or a festival that another one left in the caches of the process."""
    for name in settings.CACHES:
        caches[name].clear()
    catalogue_version.forget()


@pytest.fixture(autouse=True)
def nothing_told() -> Iterator[None]:
    """Fail a test in which something was said that is nobody's to read."""
    telling.found.clear()
    yield
    telling.look_at_mails()
    told = list(telling.found)
    telling.found.clear()
    assert told == []


@pytest.fixture(scope="session")
def sandbox_server() -> Iterator:
    """Serve the Stripe sandbox from a thread, checked against Stripe's specification."""
    options = Options(key="sk_test_sandbox_tests", secret="whsec_sandbox_tests")
    running = start(port=0, contract=True, options=options)
    yield running
    running.stop()


@pytest.fixture
def sandbox(sandbox_server, settings, monkeypatch) -> Iterator:
    """Give a fresh sandbox, and point the shop at it."""
    from shop.money.payments.provider import stripe_gateway  # noqa: PLC0415 (needs settings)

    sandbox_server.sandbox.reset()
    settings.STRIPE_BASE_URL = sandbox_server.url
    # A provider in a thread of a busy machine is slow, and not silent.
    monkeypatch.setattr(stripe_gateway, "CONNECT_SECONDS", PATIENCE)
    monkeypatch.setattr(stripe_gateway, "READ_SECONDS", PATIENCE)
    monkeypatch.setattr(stripe_gateway, "BRIEF_SECONDS", (PATIENCE, PATIENCE))
    stripe_gateway.gateway.cache_clear()
    yield sandbox_server.sandbox
    assert not sandbox_server.sandbox.contract_errors
    stripe_gateway.gateway.cache_clear()


@pytest.fixture
def clock_at(settings) -> Iterator:
    """Set the shop's clock to an instant, for this process and the servers that it started."""
    from shop.core import clock  # noqa: PLC0415 (needs settings)

    def at(moment: datetime) -> None:
        clock.move(moment - datetime.now(UTC))

    yield at
    clock.move(datetime.now(UTC) - datetime.now(UTC))


@pytest.fixture
def standing_clock(monkeypatch) -> None:
    """Let the shop's clock stand still in this process, however long the test takes."""
    from shop.core import clock  # noqa: PLC0415 (needs settings)

    moment = clock.now()
    monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def compared(monkeypatch) -> None:
    """Let the ORM answer beside every composed queryset, and hold both against each other."""
    composing.check_always(monkeypatch)
