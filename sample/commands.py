"""What the commands of a demonstration have in common."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sample.sheets import SheetError


class DemoCommand(BaseCommand):
    """A command that works in a demonstration alone."""

    why = "The sample is for demonstrations only"

    # A demonstration has passed the checks by then, and its start should not wait for them again.
    requires_system_checks = ()

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Refuse to work elsewhere, and say in a line what is wrong with a sheet.

        Raises:
            CommandError: this is no demonstration, or a sheet is wrong.
        """
        if settings.DEMO is not True:
            raise CommandError(f"{self.why}: set DEMO=1.")
        try:
            return super().execute(*args, **options)
        except SheetError as problem:
            raise CommandError(str(problem)) from problem
