from django.apps import AppConfig


class CmsConfig(AppConfig):
    """Wagtail's side: what organizers and editors work with."""

    name = "cms"
    default_auto_field = "django.db.models.BigAutoField"
