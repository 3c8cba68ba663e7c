from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.money.settlements.reseal import reseal, sealed_under


class Command(BaseCommand):
    help = "Seal accounts, bank files and papers with the present PAYOUT_SECRET."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take --count, which changes nothing."""
        parser.add_argument("--count", action="store_true", help="count, and change nothing")

    def handle(self, *, count: bool, **options: object) -> None:
        """Seal what is under an earlier secret or none; fail where something cannot be read."""
        if not count:
            self.stdout.write(f"{reseal()} sealed anew.")
        found = sealed_under()
        self.stdout.write(f"{found.newest} under PAYOUT_SECRET, {found.earlier} under an earlier.")
        if found.clear:
            self.stdout.write(f"{found.clear} are not sealed: run this without --count.")
        if found.unknown:
            raise CommandError(
                f"{found.unknown} cannot be read by any secret that is set: put the one that is "
                "missing into PAYOUT_SECRETS_BEFORE."
            )
        if not found.earlier:
            self.stdout.write("PAYOUT_SECRETS_BEFORE is needed no more.")
