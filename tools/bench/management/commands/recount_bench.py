from typing import Any

from django.core.management.base import BaseCommand

from shop.core import clock
from shop.storefront.listings.count import count_listings
from shop.storefront.listings.popularity import refresh_popularity
from shop.storefront.listings.search_index import count_words


class Command(BaseCommand):
    """Counts what the beat counts, once the listings of a measured shop are there."""

    help = "Count what is popular, which listings are alike, and their words."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        """Count."""
        at = clock.now()
        refresh_popularity(at=at)
        count_listings(at=at)
        count_words(at=at)
