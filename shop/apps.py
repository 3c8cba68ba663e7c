from django.apps import AppConfig

from shop.payments.checks import register_checks
from shop.payments.guards import refuse_dangerous_settings


class ShopConfig(AppConfig):
    """One app, many packages; see docs/explanation/architecture.md."""

    name = "shop"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Refuse to run with dangerous payment settings; web servers skip Django's checks."""
        register_checks()
        refuse_dangerous_settings()
