import sys
from typing import Any

from django.core.management.base import BaseCommand

from sample.edition import edition
from sample.loading import write_rows
from sample.progress import Progress
from shop import clock
from shop.listings.counting import count_listings
from shop.listings.indexing import count_words
from shop.listings.refreshing import refresh_popularity


class Command(BaseCommand):
    """Fills the database in which the shop is measured."""

    help = "Load the sample's rows, without orders; no picture is drawn."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        """Load, and say how far it is."""
        at = clock.now()
        progress = Progress(sys.stdout)
        try:
            write_rows(edition(at=at), progress)
        finally:
            progress.close()
        refresh_popularity(at=at)
        count_listings(at=at)
        count_words(at=at)
