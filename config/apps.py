from django.apps import AppConfig
from django.conf import settings

from config.watching.errors import watch_errors


class ProjectConfig(AppConfig):
    """What concerns the running of the shop as a whole: checks of a deployment, and commands."""

    name = "config"

    def ready(self) -> None:
        """Let ``check --deploy`` cover what a shop in production needs, and watch errors."""
        # What has models, once all apps are known.
        from config import production, public_demo  # noqa: PLC0415

        production.register_checks()
        public_demo.register_checks()
        if settings.SENTRY_DSN:
            watch_errors(settings.SENTRY_DSN)
        if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
            from config.watching.traces import watch_traces  # noqa: PLC0415 (nothing where it is off)

            watch_traces(settings.OTEL_EXPORTER_OTLP_ENDPOINT)
