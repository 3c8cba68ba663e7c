"""Migrations can run while people buy, old and new code side by side."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter

SINCE = {"shop": "0123", "cms": "0094"}
"""Numbers of the first migrations after the squashed ones; what is before has landed and stays."""

# Two tables of few rows. Built concurrently, an index that failed would stay and be skipped.
FALSE_ALARMS = {"0123_one_sheet_at_a_time"}


@pytest.fixture
def linter(transactional_db):
    return MigrationLinter(
        include_apps=list(SINCE), no_cache=True, no_output=True, all_warnings_as_errors=True,
        database="default",
        # Dropping takes no time, and ``migrate`` gives a busy table back after four seconds.
        exclude_migration_tests=["DROP_INDEX"],
    )  # fmt: skip


def lint(linter, migrations) -> list[str]:
    """Return the names of migrations at which the linter takes offence."""
    found = []
    for migration in migrations:
        linter.reset_counters()
        linter.lint_migration(migration)
        if linter.nb_erroneous:
            found.append(migration.name)
    return found


def of_app(app: str):
    loader = MigrationLoader(connection)
    return [one for (label, _name), one in sorted(loader.disk_migrations.items()) if label == app]


@pytest.mark.parametrize("app", SINCE)
def test_no_migration_breaks_the_version_before(linter, app):
    new = [migration for migration in of_app(app) if migration.name >= SINCE[app]]
    new = [migration for migration in new if migration.name not in FALSE_ALARMS]

    assert lint(linter, new) == []


def test_the_linter_finds_what_would(linter):
    """Once a column became needed, of which the version before it knew nothing."""
    [old] = [migration for migration in of_app("shop") if migration.name.startswith("0087")]

    assert lint(linter, [old]) == [old.name]


@pytest.mark.django_db
def test_every_index_and_constraint_that_a_model_names_is_in_the_database():
    """Altering a field once dropped two constraints on the same column, and nothing said so."""
    models = [model for app in SINCE for model in apps.get_app_config(app).get_models()]
    named = {
        rule.name for model in models for rule in (*model._meta.indexes, *model._meta.constraints)
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class UNION SELECT conname FROM pg_constraint")
        there = {name for (name,) in cursor.fetchall()}

    assert len(named) > 300
    assert named - there == set()
