"""A demonstration for strangers has a check of its own, and is no shop for all that."""

import subprocess
import sys
from pathlib import Path

import pytest

from config import production, public_demo
from shop.people.accounts.models import User
from tests import make

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def good(settings, monkeypatch):
    monkeypatch.delenv("EMAIL_HOST", raising=False)
    settings.DEMO, settings.DEMO_RESETS = True, 60
    settings.STRIPE_BASE_URL = "http://127.0.0.1:8421"
    settings.MAILERS = {
        "default": {"BACKEND": "shop.core.mail.outbox.OutboxBackend", "OPTIONS": {}}
    }
    settings.PICTURE_NETWORKS, settings.SENTRY_DSN = [], ""
    settings.HTTPS, settings.TRUSTED_PROXIES = True, ["127.0.0.1"]
    return settings


def found():
    return {message.id for message in public_demo.wrong_demonstration(None)}


def test_a_good_one_has_nothing_to_mend_and_is_refused_as_a_shop(good):
    assert found() == set()
    assert "production.E002" in {message.id for message in production.wrong_settings(None)}


@pytest.mark.parametrize(
    ("number", "name", "value"),
    [
        (1, "DEMO", False),
        (2, "DEMO_RESETS", 5),
        (2, "DEMO_RESETS", 2000),
        (3, "STRIPE_BASE_URL", ""),
        (4, "MAILERS", {"default": {"BACKEND": "django.core.mail.backends.smtp.EmailBackend"}}),
        (5, "PICTURE_NETWORKS", ["10.0.0.0/8"]),
        (6, "SENTRY_DSN", "https://key@sentry.example/1"),
        (7, "TRUSTED_PROXIES", []),
    ],
)
def test_each_wrong_setting_is_refused(good, number, name, value):
    setattr(good, name, value)

    assert found() == {f"demonstration.E{number:03}"}


def test_a_mail_server_is_refused(good, monkeypatch):
    monkeypatch.setenv("EMAIL_HOST", "mail.example")

    assert found() == {"demonstration.E004"}


@pytest.mark.django_db
def test_superusers_are_named(good):
    make.user("root@example.org")
    User.objects.filter(email="root@example.org").update(is_superuser=True)

    [message] = public_demo.superusers(None, databases=["default"])
    assert "root@example.org" in message.msg


def test_a_real_shop_is_not_asked(settings):
    settings.DEMO, settings.DEMO_RESETS = False, 0

    assert found() == set()


def test_a_shop_that_is_no_demonstration_does_not_start_with_resets():
    environment = {"DEMO_RESETS": "60", "SECRET_KEY": "x", "DATABASE_URL": "postgres://n@x/n"}
    ended = subprocess.run(
        [sys.executable, "-c", "import config.settings"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ended.returncode != 0
    assert "DEMO_RESETS deletes everything" in ended.stderr
