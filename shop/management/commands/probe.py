from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop import clock
from shop.festivals.models import Festival
from shop.storefront.probing import probe


class Command(BaseCommand):
    help = "Ask the shop's own pages for their prices, and compare them with the computed ones."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the festival whose products are looked at."""
        parser.add_argument("festival", help="its address, such as harvest-days")

    def handle(self, *, festival: str, **options: object) -> None:
        """Say of each page what it shows; end with an error if one is wrong."""
        found = Festival.objects.filter(slug=festival).first()
        if found is None:
            raise CommandError(f"There is no festival with the address {festival}.")
        results = probe(found, found.starts_at, at=clock.now())
        for result in results:
            word = "ok   " if result.is_ok else "WRONG"
            self.stdout.write(f"{word} {result.address} {result.found} ({result.expected})")
        if not results:
            self.stdout.write("None of its products has a deal.")
        if any(not result.is_ok for result in results):
            raise CommandError("Pages show wrong prices.")
