from django.apps import AppConfig

from shop.core import earlier_names
from shop.money.payments import checks as payments
from shop.money.payments.provider.guards import refuse_dangerous_settings
from shop.money.settlements import checks as settlements


class ShopConfig(AppConfig):
    """One app, many packages; see docs/explanation/architecture.md."""

    name = "shop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Refuse to run with dangerous payment settings; web servers skip Django's checks."""
        earlier_names.install()
        # What has models can be imported only now that all apps are known.
        from shop.core.rate_limits.allauth_limits import join_allauth  # noqa: PLC0415

        payments.register_checks()
        settlements.register_checks()
        join_allauth()
        refuse_dangerous_settings()
