"""Migrations pass busy tables by, and leave nothing half done."""

from contextlib import ExitStack
from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from config.management.commands import migrate
from shop.money.payments.disputes.models import DisputeAnswer
from tests.stepping import open_transaction

BEFORE = "0118"  # few migrations ago: each that is taken back costs seconds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.long]


class Said(StringIO):
    """What the command says; as soon as it waits for the readers, they go."""

    def __init__(self, readers: ExitStack) -> None:
        super().__init__()
        self._readers = readers

    def write(self, text: str) -> int:
        if "A table is in use" in text:
            self._readers.close()
        return super().write(text)


def lock_timeout() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        return cursor.fetchone()[0]


def is_there() -> bool:
    rows = MigrationRecorder.Migration.objects.filter(app="shop", name__startswith="0119")
    return rows.exists() and "shop_disputeanswer" in connection.introspection.table_names()


def test_a_busy_table_is_given_back_and_asked_for_again(monkeypatch):
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 1)
    monkeypatch.setattr(migrate, "PAUSE", 0.2)
    before = lock_timeout()
    permissions = set(Permission.objects.values_list("id", "codename"))

    with ExitStack() as readers:
        said = Said(readers)
        # Whoever reads holds the table until the transaction ends.
        readers.enter_context(open_transaction(lambda: list(DisputeAnswer.objects.all())))
        call_command("migrate", "shop", BEFORE, verbosity=1, stdout=said)
    assert "A table is in use: again" in said.getvalue()
    assert not is_there()

    call_command("migrate", "shop", verbosity=0)
    assert is_there()
    assert lock_timeout() == before
    # Renamed there and back: what a group holds is still what it may do.
    assert permissions <= set(Permission.objects.values_list("id", "codename"))


def test_a_table_that_stays_in_use_ends_it_and_nothing_is_changed(monkeypatch):
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 1)
    monkeypatch.setattr(migrate, "PAUSE", 0)
    monkeypatch.setattr(migrate, "TRIES", 2)

    with (
        open_transaction(lambda: list(DisputeAnswer.objects.all())),
        pytest.raises(OperationalError),
    ):
        call_command("migrate", "shop", BEFORE, verbosity=0)

    assert is_there()
    call_command("migrate", "shop", verbosity=0)  # those after it went, each by itself
