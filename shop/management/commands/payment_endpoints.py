from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.core.errors import GatewayError, NotPossible
from shop.money.payments.own_account.endpoints import Made, Payload, make_endpoints

SETTINGS = {
    Payload.SNAPSHOT: "STRIPE_WEBHOOK_SECRETS",
    Payload.THIN: "STRIPE_THIN_WEBHOOK_SECRETS",
}


class Command(BaseCommand):
    help = (
        "Make the endpoints at the payment provider to which it sends messages, and print their "
        "secrets, once. Repeating it makes nothing twice, and mends what hears too little."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the public address of the shop, and which endpoints are wanted."""
        parser.add_argument("address", help="of the shop, such as https://shop.example")
        parser.add_argument(
            "--only", choices=list(Payload),
            help="one of the two: whole objects, or names alone; names are told of payouts, so "
            "without PAYOUT_SENDER they are left out",
        )  # fmt: skip

    def handle(self, *, address: str, only: str | None, **options: object) -> None:
        """Make them, and say what to do with the secrets."""
        if not settings.STRIPE_SECRET_KEY:
            raise CommandError("Set STRIPE_SECRET_KEY first.")
        usual = list(Payload) if settings.PAYOUT_SENDER else [Payload.SNAPSHOT]
        wanted = [Payload(only)] if only else usual
        try:
            made = make_endpoints(address, wanted)
        except (GatewayError, NotPossible) as refused:
            raise CommandError(str(refused)) from None
        for one in made:
            self._say(one)

    def _say(self, made: Made) -> None:
        endpoint = made.endpoint
        if endpoint.secret:
            self.stdout.write(f"Made: {made.payload} messages go to {endpoint.url}")
            self.stdout.write(f"Add this to {SETTINGS[made.payload]}; it is shown this once:")
            self.stdout.write(endpoint.secret)
            return
        done = "Mended" if made.is_mended else "There already"
        self.stdout.write(f"{done}: {made.payload} messages go to {endpoint.url}")
        self.stdout.write(
            "Its secret was shown when it was made. If it is lost, delete the endpoint at the "
            "provider and run this again."
        )
