from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.core import clock
from shop.money.payments.own_account.findings import findings


class Command(BaseCommand):
    help = "Look whether the payment provider is set up as the shop needs it; change nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the public address of the shop, where it is not that of SITE_URL."""
        parser.add_argument("--address", default="", help="of the shop; else SITE_URL")

    def handle(self, *, address: str, **options: object) -> None:
        """Print a line for each thing; end with an error if one needs somebody."""
        wrong = 0
        for found in findings(address or settings.SITE_URL, at=clock.now()):
            wrong += not found.is_good
            self.stdout.write(f"{'ok' if found.is_good else '!!'}  {found.what}")
            if found.remedy:
                self.stdout.write(f"    {found.remedy}")
        if wrong:
            raise CommandError(f"{wrong} to be mended.")
