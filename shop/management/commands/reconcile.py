from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.core import clock
from shop.core.errors import GatewayError
from shop.money.ledger.balances import all_differences
from shop.money.payments.compare import LATELY, mismatches


class Command(BaseCommand):
    help = (
        "Compare counters with the lines of orders, books with orders, and the sessions of the "
        "last day with the payment provider; report, repair nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --offline, for a database that no provider knows."""
        parser.add_argument(
            "--offline", action="store_true", help="ask no provider: only our own tables"
        )

    def handle(self, *, offline: bool, **options: object) -> None:
        """Print the differences, and fail if there are any."""
        found = all_differences()
        if not offline:
            try:
                found += mismatches(since=clock.now() - LATELY)
            except GatewayError as error:
                found.append(f"the provider does not answer, so nothing was compared: {error}")
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} differences")
        theirs = "Nobody else was asked." if offline else "So does the payment provider."
        said = f"Counters, lines and books of this shop agree with each other. {theirs}"
        self.stdout.write(self.style.SUCCESS(said))
