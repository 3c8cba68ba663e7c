from django.core.management.base import BaseCommand, CommandError

from shop.ledger.balances import all_differences


class Command(BaseCommand):
    help = (
        "Compare counters with the lines of orders, and books with orders; report, repair nothing."
    )

    def handle(self, **options: object) -> None:
        """Say what differs, and fail if anything does."""
        found = all_differences()
        for line in found:
            self.stdout.write(line)
        if found:
            raise CommandError(f"{len(found)} differences")
        self.stdout.write(self.style.SUCCESS("Counters, lines and books agree."))
