from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sample.apart import one_at_a_time
from sample.pages import write_pages
from sample.sheets import SheetError
from shop import clock


class Command(BaseCommand):
    """Writes the pages of a demonstration."""

    help = "Write the sample's pages that are missing. load_sample does it, or calls this beside."

    # As for load_sample, which checks nothing either.
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        """Write them; what there is stays as it is."""
        if settings.DEMO is not True:
            raise CommandError("The sample is for demonstrations only: set DEMO=1.")
        try:
            with one_at_a_time():
                write_pages(at=clock.now())
        except SheetError as problem:
            raise CommandError(str(problem)) from problem
