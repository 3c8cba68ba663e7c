from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.core import clock
from shop.festivals.models import Festival
from shop.storefront.models import ProbeResult
from shop.storefront.probe import probe

Outcome = ProbeResult.Outcome
WORDS = {Outcome.RIGHT: "ok    ", Outcome.WRONG: "WRONG ", Outcome.SILENT: "silent"}


class Command(BaseCommand):
    help = "Ask the shop's own pages for their prices, and compare them with the computed ones."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the festival whose products are looked at."""
        parser.add_argument("festival", help="its address, such as harvest-days")

    def handle(self, *, festival: str, **options: object) -> None:
        """Print the prices of each page; end with an error if one is not right."""
        found = Festival.objects.filter(slug=festival).first()
        if found is None:
            raise CommandError(f"There is no festival with the address {festival}.")
        results = probe(found, found.starts_at, at=clock.now())
        for result in results:
            word = WORDS[Outcome(result.outcome)]
            self.stdout.write(f"{word} {result.address} {result.found} ({result.expected})")
        if not results:
            self.stdout.write("None of its products has a deal.")
        outcomes = {result.outcome for result in results}
        if Outcome.WRONG in outcomes:
            raise CommandError("Pages show wrong prices.")
        if Outcome.SILENT in outcomes:
            raise CommandError("Pages did not answer: of their prices nothing is known.")
