from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """What concerns the running of the shop as a whole: checks of a deployment, and commands."""

    name = "config"

    def ready(self) -> None:
        """Let ``check --deploy`` cover what a shop in production needs."""
        from config import production  # noqa: PLC0415 (what has models, once all apps are known)

        production.register_checks()
