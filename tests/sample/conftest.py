from datetime import timedelta

import pytest
from django.db import transaction
from django.test import override_settings

from shop import clock
from tests.paying import set_clocks
from tests.sample.loaded import DAY_0, load_six, root_collection


@pytest.fixture(scope="session")
def drawn(tmp_path_factory):
    """Keep what was drawn for the next test: drawing takes longer than all the rest."""
    return tmp_path_factory.mktemp("media")


@pytest.fixture
def demo(settings, drawn, clock_at):
    """Be a demonstration on the day on which it is loaded, without a payment sandbox."""
    settings.DEMO = True
    settings.MEDIA_ROOT = drawn
    settings.STRIPE_BASE_URL = ""
    clock_at(DAY_0)


@pytest.fixture
def till(demo, sandbox):
    """Be a demonstration with a payment sandbox whose clock agrees with the shop's."""
    set_clocks(sandbox, DAY_0)
    return sandbox


@pytest.fixture(scope="module")
def six_stores(django_db_setup, django_db_blocker, drawn):
    """Load six stores once for a module, in a transaction that is never committed."""
    known = {"DEMO": True, "MEDIA_ROOT": drawn, "STRIPE_BASE_URL": ""}
    with django_db_blocker.unblock(), override_settings(**known), transaction.atomic():
        clock.move(DAY_0 - clock.now())
        root_collection()
        load_six()
        yield
        transaction.set_rollback(True)
    clock.move(timedelta())


@pytest.fixture
def loaded(six_stores, django_db_blocker):
    """Lend six loaded stores; what a test changes is forgotten after it.

    Tests of a module that uses it are not marked as django_db, which closes the connection.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)
