from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.people.accounts.models import User
from shop.people.accounts.second_step import turn_off


class Command(BaseCommand):
    help = "Take the second step from somebody who lost telephone and codes, and end all sessions."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the email address of the account."""
        parser.add_argument("email", help="the address that the person signs in with")

    def handle(self, *, email: str, **options: Any) -> None:
        """Turn the second step off, or fail with the reason."""
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {email}.")
        if not turn_off(user):
            raise CommandError(f"{email} has no second step.")
        self.stdout.write(self.style.SUCCESS(f"The second step of {email} is off."))
