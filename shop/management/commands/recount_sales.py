from django.core.management.base import BaseCommand

from shop.reports.tallies import rebuild


class Command(BaseCommand):
    help = "Add up again what festivals have sold; boards show the old figures meanwhile."

    def handle(self, **options: object) -> None:
        """Add the tallies up again, and print how many orders and refunds are counted."""
        self.stdout.write(self.style.SUCCESS(f"{rebuild()} orders and refunds are counted."))
