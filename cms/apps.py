from django.apps import AppConfig


class CmsConfig(AppConfig):
    """Wagtail's side: the screens and pages of organizers and editors."""

    name = "cms"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let no sheet of Wagtail's hold a formula; its classes can be imported only now."""
        from cms.dashboard.exports import keep_formulas_out  # noqa: PLC0415

        keep_formulas_out()
