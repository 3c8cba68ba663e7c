from typing import Any

from sample.accounts import ACCOUNTS, provide_accounts
from sample.commands import DemoCommand
from shop.core import clock


class Command(DemoCommand):
    """Says how to sign in to a demonstration."""

    help = "Print role, e-mail, password and path of each demonstration account, made if need be."

    why = "Known passwords are for demonstrations only"

    def handle(self, **options: Any) -> None:
        """Print a line for each account, its parts divided by tabs."""
        provide_accounts(at=clock.now())
        for account in ACCOUNTS:
            self.stdout.write(
                "\t".join((account.role, account.email, account.password, account.path))
            )
