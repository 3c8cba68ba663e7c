"""Migrates while people buy: a change of a table that has to wait lets all others pass first."""

import time
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth.management import rename_permissions_after_model_rename
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as MigrateCommand
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from psycopg.errors import LockNotAvailable

from config.table_rights import as_owner, grant_rights, role_of

BEHIND_POOLER = (
    "Tables are changed by the database itself, not through a pooler: let DATABASE_URL name it for"
    " this command, and unset DATABASE_POOLED."
)
LOCK_SECONDS = 4
"""So long a change waits for a table. Everybody who wants the table meanwhile waits behind it."""
PAUSE = 3
TRIES = 40


class Command(MigrateCommand):
    """Django's own, which gives a table back that it does not get soon, and asks again later."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply migrations; each is applied whole or not at all, so that it can be tried again.

        Where another role owns the tables it does so as that, and gives the shop's role its rights.
        """
        if settings.DATABASE_POOLED:
            raise CommandError(BEHIND_POOLER)
        self._database = options["database"]
        self._applied: list[tuple[Migration, bool]] = []
        has_owner = bool(settings.DATABASE_OWNER_URL) and self._database == DEFAULT_DB_ALIAS
        if has_owner:
            as_owner()
        self._migrate(*args, **options)
        if has_owner and not options["plan"] and not options["check_unapplied"]:
            grant_rights(role_of(settings.DATABASE_URL))

    def _migrate(self, *args: Any, **options: Any) -> None:
        for tries in range(1, TRIES + 1):
            try:
                super().handle(*args, **options)
                return
            except OperationalError as error:
                self._rename_permissions()
                if not isinstance(error.__cause__, LockNotAvailable) or tries == TRIES:
                    raise
                self.stdout.write(f" A table is in use: again in {PAUSE} seconds.")
                time.sleep(PAUSE)
            finally:
                with connections[self._database].cursor() as cursor:
                    cursor.execute("RESET lock_timeout")

    def _rename_permissions(self) -> None:
        """Rename the permissions of the models that a try renamed before it had to stop.

        Django renames them at the end of a try, and only for what that try applied itself. Left
        alone they would be created a second time, and the groups would keep the old ones.
        """
        plan, self._applied = self._applied, []
        executor = MigrationExecutor(connections[self._database])
        state = executor._create_project_state(with_applied_migrations=True)
        for app in apps.get_app_configs():
            rename_permissions_after_model_rename(
                app, plan=plan, using=self._database, apps=state.apps
            )

    def migration_progress_callback(
        self, action: str, migration: Migration | None = None, fake: bool = False
    ) -> None:
        """Bound how long the migration that begins may wait for a table.

        What is not atomic builds indexes beside the traffic: it waits and holds nobody up, and cut
        off it would leave half an index.
        """
        if migration is not None and action in {"apply_start", "unapply_start"}:
            self._bound(LOCK_SECONDS if migration.atomic else 0)
        if migration is not None and action in {"apply_success", "unapply_success"}:
            self._applied.append((migration, action == "unapply_success"))
        super().migration_progress_callback(action, migration, fake)

    def _bound(self, seconds: int) -> None:
        with connections[self._database].cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{seconds}s"])
