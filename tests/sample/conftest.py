import io
import shutil
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from sample.progress import Progress
from sample.selling import sell
from shop.core import clock
from tests.copying import copied, led_to
from tests.paying import set_clocks
from tests.sample.loaded import DAY_0, load_six, root_collection, six

DRAWN = settings.TEST_FOLDER.parent / "drawn"  # by whichever process of the run was the first


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Let what needs the loaded sample come with ``make long``: loading it takes half a minute."""
    for item in items:
        if "six_database" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.long)


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


@pytest.fixture(scope="session")
def six_database(django_db_setup, django_db_blocker, drawn):
    """Name a database with six stores, loaded once in a run; their pictures are drawn as well."""
    with django_db_blocker.unblock(), copied("six", load_and_draw) as name:
        shutil.copytree(DRAWN, drawn, dirs_exist_ok=True)
        yield name


@pytest.fixture(scope="session")
def sold_database(six_database, django_db_blocker):
    """Name a database in which six stores have sold in the festivals of the sample."""
    with django_db_blocker.unblock(), copied("sold", sell_once, of=six_database) as name:
        yield name


def load_and_draw():
    shutil.rmtree(DRAWN, ignore_errors=True)
    with on_day_0(DRAWN):
        root_collection()
        load_six()


def sell_once():
    with on_day_0(DRAWN):
        sell(six(), Progress(io.StringIO()), at=DAY_0)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@contextmanager
def on_day_0(media):
    """Be a demonstration on the day on which the sample is loaded."""
    with override_settings(DEMO=True, MEDIA_ROOT=media, STRIPE_BASE_URL=""):
        clock.move(DAY_0 - clock.now())
        try:
            yield
        finally:
            clock.move(timedelta())


def lent(database, blocker, media):
    """Lead a module to a database, in a transaction that is never committed."""
    with blocker.unblock(), on_day_0(media), led_to(database), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def six_stores(six_database, django_db_blocker, drawn):
    """Lead a module to six loaded stores."""
    yield from lent(six_database, django_db_blocker, drawn)


@pytest.fixture(scope="module")
def six_sellers(sold_database, django_db_blocker, drawn):
    """Lead a module to six stores that have sold."""
    yield from lent(sold_database, django_db_blocker, drawn)


def forgotten(blocker):
    """Let what a test changes be forgotten after it."""
    with blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def loaded(six_stores, django_db_blocker):
    """Lend six loaded stores; what a test changes is forgotten after it."""
    yield from forgotten(django_db_blocker)


@pytest.fixture
def sold(six_sellers, django_db_blocker):
    """Lend six stores that have sold in the same way; in the same module ``loaded`` is not lent."""
    yield from forgotten(django_db_blocker)
