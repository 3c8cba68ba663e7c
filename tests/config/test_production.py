"""``check --deploy`` refuses each wrong setting of a shop in production with one sentence."""

from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from django.core import checks
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from config.production import RULES, wrong_database, wrong_settings
from tests import make

SECRET = "kQ3v8mX1pZ7rT5wY9bN2cF6hJ4gL0dS8aE1uI3oP5qR7tV9xB2nM4kZ6yW8eC0"
REMOTE = "postgres://shop@db.shop.test/shop"


@pytest.fixture
def good(settings, tmp_path, monkeypatch):
    """Return the settings of a shop in production, with which nothing is wrong."""
    (tmp_path / "media").mkdir()
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "staticfiles.json").write_text("{}")
    monkeypatch.setenv("EMAIL_HOST", "mail.shop.test")
    monkeypatch.setenv("HASH_SECRET", SECRET[::-1])
    for name, value in {
        "DEBUG": False, "DEMO": False, "SECRET_KEY": SECRET, "PAYOUT_SECRET": SECRET[::-1],
        "SITE_URL": "https://shop.test", "ALLOWED_HOSTS": ["shop.test"],
        "PAYMENTS_SANDBOX": False, "STRIPE_BASE_URL": "", "STRIPE_SECRET_KEY": "sk_live_a",
        "STRIPE_WEBHOOK_SECRETS": ["whsec_a"], "STRIPE_THIN_WEBHOOK_SECRETS": [],
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "MAILERS": {"default": {"OPTIONS": {"password": "word", "use_tls": True}}},
        "DEFAULT_FROM_EMAIL": "Shop <shop@shop.test>", "ORGANIZER_EMAILS": ["ops@shop.test"],
        "OPERATOR_NAME": "Chamber", "OPERATOR_ADDRESS": "2 Moi Avenue, Nairobi",
        "OPERATOR_COUNTRY": "KE", "TERMS_LINK": "https://shop.test/help/terms/",
        "SECURITY_CONTACT": ["ops@shop.test"], "TRUSTED_PROXIES": ["127.0.0.1", "10.0.4.0/24"],
        "DATABASE_URL": "postgres://shop:word@127.0.0.1/shop",
        "MEDIA_ROOT": tmp_path / "media", "STATIC_ROOT": tmp_path / "static",
    }.items():  # fmt: skip
        setattr(settings, name, value)
    return settings


def test_a_shop_in_production_has_nothing_to_mend(good):
    assert wrong_settings(None) == []


@pytest.mark.parametrize(
    ("number", "name", "value"),
    [
        (1, "DEBUG", True),
        (2, "DEMO", True),
        (3, "SECRET_KEY", "only-for-development"),
        (3, "SECRET_KEY", "ab" * 40),
        (4, "PAYOUT_SECRET", SECRET),
        (5, "SITE_URL", "http://shop.test"),
        (6, "ALLOWED_HOSTS", ["127.0.0.1", "localhost"]),
        (7, "ALLOWED_HOSTS", ["shop.test", "*"]),
        (7, "ALLOWED_HOSTS", ["shop.test", ".shop.test"]),
        (8, "PAYMENTS_SANDBOX", True),
        (8, "STRIPE_BASE_URL", "http://127.0.0.1:8421"),
        (8, "STRIPE_SECRET_KEY", "sk_test_sandbox_demo"),
        (8, "STRIPE_WEBHOOK_SECRETS", ["whsec_a", "whsec_sandbox_demo"]),
        (9, "STRIPE_SECRET_KEY", ""),
        (10, "STRIPE_WEBHOOK_SECRETS", []),
        (11, "REDIS_URL", ""),
        (13, "MAILERS", {"default": {"OPTIONS": {"password": "word", "use_tls": False}}}),
        (14, "DEFAULT_FROM_EMAIL", "Baobab <shop@baobab.example>"),
        (14, "DEFAULT_FROM_EMAIL", "shop@example.com"),
        (14, "DEFAULT_FROM_EMAIL", ""),
        (15, "ORGANIZER_EMAILS", []),
        (16, "OPERATOR_NAME", ""),
        (16, "OPERATOR_ADDRESS", ""),
        (16, "OPERATOR_NAME", "Baobab Demonstration"),
        (16, "OPERATOR_ADDRESS", "1 Example Street, Example City"),
        (17, "OPERATOR_COUNTRY", ""),
        (18, "TERMS_LINK", ""),
        (19, "SECURITY_CONTACT", []),
        (20, "TRUSTED_PROXIES", []),
        (21, "TRUSTED_PROXIES", ["0.0.0.0/0"]),
        (21, "TRUSTED_PROXIES", ["::/0"]),
        (21, "TRUSTED_PROXIES", ["the proxy"]),
        (22, "DATABASE_URL", REMOTE),
        (22, "DATABASE_URL", f"{REMOTE}?sslmode=prefer"),
        (23, "MEDIA_ROOT", Path(__file__).parents[2] / "media"),
        (24, "MEDIA_ROOT", Path("/nowhere/media")),
        (25, "STATIC_ROOT", Path("/nowhere/static")),
    ],
)
def test_each_wrong_setting_is_refused_with_a_sentence_and_what_to_do(good, number, name, value):
    setattr(good, name, value)

    found = [one for one in wrong_settings(None) if one.id == f"production.E{number:03}"]

    [refusal] = found
    assert refusal.level == checks.ERROR
    assert refusal.msg.endswith(".")
    assert refusal.hint
    # A secret is never said.
    assert not isinstance(value, str) or not value or value not in refusal.msg + refusal.hint


def test_hashes_of_mailboxes_do_not_hang_on_a_key_that_goes(good, monkeypatch):
    monkeypatch.delenv("HASH_SECRET")
    assert [one.id for one in wrong_settings(None)] == ["production.E026"]

    monkeypatch.setenv("HASH_SECRET", SECRET[::-1])
    assert wrong_settings(None) == []


def test_without_a_mail_server_nobody_gets_a_mail(good, monkeypatch):
    monkeypatch.delenv("EMAIL_HOST")

    assert [one.id for one in wrong_settings(None)] == ["production.E012"]


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_a_database_elsewhere_is_fine_with_tls(good, mode):
    good.DATABASE_URL = f"{REMOTE}?sslmode={mode}"

    assert wrong_settings(None) == []


def test_a_database_on_this_machine_needs_none(good):
    good.DATABASE_URL = "postgres://%2Frun%2Fpostgresql/shop"

    assert wrong_settings(None) == []


def test_each_rule_has_a_number_of_its_own():
    numbers = [rule.number for rule in RULES]

    assert numbers == sorted(set(numbers))
    assert len(numbers) >= 20


def in_database():
    return {one.id: one for one in wrong_database(None)}


@pytest.mark.django_db
def test_superusers_without_a_second_step_are_named():
    boss = make.user("boss@shop.test", is_superuser=True)
    make.user("folake@shop.test")
    assert "boss@shop.test" in in_database()["production.E033"].msg

    Authenticator.objects.create(user=boss, type=Authenticator.Type.TOTP, data={"secret": "x"})

    assert "production.E033" not in in_database()


@pytest.mark.django_db
def test_a_database_that_is_older_than_the_code_is_told():
    MigrationRecorder.Migration.objects.filter(app="shop").latest("pk").delete()

    assert "production.E032" in in_database()


@pytest.mark.django_db
def test_a_superuser_of_the_database_is_told():
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
        [is_super] = cursor.fetchone()

    assert ("production.E031" in in_database()) == is_super


@pytest.mark.django_db
def test_behind_a_pooler_somebody_has_to_bound_the_database(settings):
    settings.DATABASE_POOLED = True
    assert "production.E034" not in in_database()

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
    assert "production.E034" in in_database()


def test_pictures_in_a_bucket_need_no_folder(good, tmp_path):
    good.MEDIA_ROOT, good.MEDIA_S3_BUCKET = tmp_path / "none", "pictures"

    assert wrong_settings(None) == []


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_told():
    def away(*_args):
        raise OperationalError

    with connection.execute_wrapper(away):
        assert list(in_database()) == ["production.E030"]
