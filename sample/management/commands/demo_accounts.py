from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sample.accounts import ACCOUNTS, provide_accounts
from shop import clock


class Command(BaseCommand):
    """Says how to sign in to a demonstration."""

    help = "Print role, e-mail, password and path of each demonstration account, made if need be."

    # A demonstration has passed the checks by then, and its start should not wait for them again.
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        """Print a line for each account, its parts divided by tabs."""
        if settings.DEMO is not True:
            raise CommandError("Known passwords are for demonstrations only: set DEMO=1.")
        provide_accounts(at=clock.now())
        for account in ACCOUNTS:
            self.stdout.write(
                "\t".join((account.role, account.email, account.password, account.path))
            )
