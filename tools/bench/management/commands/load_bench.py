import sys
from typing import Any

from django.core.management.base import BaseCommand

from sample.edition import edition
from sample.loading import write_rows
from sample.progress import Progress
from shop.core import clock


class Command(BaseCommand):
    """Fills the database in which the shop is measured."""

    help = "Load the sample's rows, without orders; no picture is drawn."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        """Load, and say how far it is."""
        progress = Progress(sys.stdout)
        try:
            write_rows(edition(at=clock.now()), progress)
        finally:
            progress.close()
