import pytest

PUBLIC = "shop.core.demonstration.middleware.PublicDemonstration"


@pytest.fixture
def public(settings, tmp_path):
    """Make the shop a demonstration for strangers, which is put back each full hour."""
    settings.DEMO = True
    settings.DEMO_RESETS = 60
    settings.MIDDLEWARE = [PUBLIC, *settings.MIDDLEWARE]
    settings.MAIL_OUTBOX = tmp_path / "mail"
    settings.MAILERS = {"default": {"BACKEND": "shop.core.mail.outbox.OutboxBackend"}}
    return settings
