from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.people.accounts.models import User
from shop.people.accounts.sessions import end_sessions


class Command(BaseCommand):
    help = "Close the account of anybody, superusers too, and end all sessions; --open opens it."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the email address of the account, and whether it is to be opened."""
        parser.add_argument("email", help="the address that the person signs in with")
        parser.add_argument("--open", action="store_true", dest="opens",
                            help="let the person sign in again")  # fmt: skip

    def handle(self, *, email: str, opens: bool, **options: Any) -> None:
        """Close or open the account, or fail with the reason."""
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {email}.")
        state = "open" if opens else "closed"
        if not User.objects.filter(pk=user.pk, is_active=not opens).update(is_active=opens):
            raise CommandError(f"The account of {email} is {state} already.")
        if not opens:
            end_sessions(user)
        self.stdout.write(self.style.SUCCESS(f"The account of {email} is {state}."))
