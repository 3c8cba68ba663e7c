"""Cases 61 and 62 of the payment rules: no sandbox in production, no real key at a sandbox.

Case 63, the sandbox's own refusals, is in tests/sandbox/test_guards.py and test_command.py.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core import checks

from shop.money.payments.provider.guards import is_live
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[5]
SANDBOX = "http://127.0.0.1:8421"
PRODUCTION = {
    "SECRET_KEY": "a-long-random-string",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",  # never opened
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "SITE_URL": "https://shop.example",
    "ALLOWED_HOSTS": "shop.example",
}
REAL = {"STRIPE_SECRET_KEY": "sk_live_abc", "STRIPE_WEBHOOK_SECRETS": "whsec_real"}
TRIAL = REAL | {"STRIPE_SECRET_KEY": "sk_test_abc"}
PLAYING = {
    "STRIPE_SECRET_KEY": "sk_test_sandbox_demo",
    "STRIPE_WEBHOOK_SECRETS": "whsec_sandbox_demo",
    "STRIPE_BASE_URL": SANDBOX,
}
DEMO = PLAYING | {"PAYMENTS_SANDBOX": "1"}
SERVE = [sys.executable, "-c", "import config.wsgi"]


def run(command, **settings):
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "PYTHONPATH") if name in os.environ}
    return subprocess.run(
        command, cwd=ROOT, env=kept | PRODUCTION | settings, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (PLAYING, "set PAYMENTS_SANDBOX=1 in a demonstration, and never in production"),
        (DEMO | REAL, "must be a sandbox key"),
        (DEMO | TRIAL, "must be a sandbox key"),
        (TRIAL | {"STRIPE_WEBHOOK_SECRETS": "whsec_real,whsec_sandbox_x"}, "anybody knows it"),
        (TRIAL | {"STRIPE_THIN_WEBHOOK_SECRETS": "whsec_sandbox_x"}, "anybody knows it"),
        (DEMO | {"STRIPE_BASE_URL": ""}, "sandbox key but STRIPE_BASE_URL is not set"),
    ],
    ids=["case 61", "case 62 live key", "case 62 test key", "sandbox secret",
         "sandbox secret of payouts", "sandbox key"],
)  # fmt: skip
def test_cases_61_and_62_the_web_process_refuses_to_start(settings, sentence):
    served = run(SERVE, **settings)

    assert served.returncode != 0
    assert sentence in served.stderr


@pytest.mark.parametrize("switch", ["DEMO", "DEBUG"])
@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc"])
def test_no_process_that_shows_its_mail_takes_real_money(switch, key):
    served = run(SERVE, **REAL | {"STRIPE_SECRET_KEY": key, switch: "1"})

    assert served.returncode != 0
    assert f"STRIPE_SECRET_KEY is a live key, and {switch} is on" in served.stderr
    assert key not in served.stderr + served.stdout


def test_a_demonstration_with_a_key_of_test_mode_starts():
    served = run(SERVE, **TRIAL | {"DEMO": "1"})

    assert served.returncode == 0, served.stderr


def test_a_zone_that_nobody_knows_is_refused_at_the_start():
    served = run(SERVE, **TRIAL | {"DEMO": "1", "SHOP_ZONE": "Africa/Nowhere"})

    assert "Set SHOP_ZONE to a time zone, like Africa/Nairobi." in served.stderr


def test_a_refusal_names_the_setting_and_never_its_value():
    served = run(SERVE, **DEMO | REAL)

    assert "STRIPE_SECRET_KEY" in served.stderr
    assert "sk_live_abc" not in served.stderr + served.stdout


@pytest.mark.parametrize("settings", [REAL, TRIAL, DEMO], ids=["live", "test mode", "demo"])
def test_what_belongs_together_starts(settings):
    served = run(SERVE, **settings)

    assert served.returncode == 0, served.stderr


def test_the_command_line_refuses_too_and_says_why():
    checked = run([sys.executable, "manage.py", "check"], **PLAYING)

    assert checked.returncode == 1
    assert "never in production" in checked.stderr


@pytest.mark.parametrize(
    "base",
    [
        "http://127.0.0.1@evil.example", "http://localhost:8421@evil.example:8421",
        "http://user:word@127.0.0.1:8421", "http://127.0.0.1.evil.example", "http://evil.example",
        "http://0.0.0.0:8421", "http://10.0.0.7:8421", "https://127.0.0.1:8421", "127.0.0.1:8421",
        "//127.0.0.1:8421", "file:///etc/passwd", "http://[::1",
    ],
)  # fmt: skip
def test_the_sandbox_s_address_is_plain_loopback_or_refused(settings, base):
    settings.STRIPE_BASE_URL = base

    assert "must be http:// on a loopback address" in " ".join(said())


@pytest.mark.parametrize("base", [SANDBOX, "http://localhost:8421", "http://[::1]:8421"])
def test_loopback_addresses_are_fine(settings, base):
    settings.STRIPE_BASE_URL = base

    assert said() == []


@pytest.mark.parametrize("key", ["sk_live_a", "rk_live_a", "sk_test_a", "rk_test_a", "a"])
def test_no_key_of_the_provider_goes_to_another_address(settings, key):
    settings.STRIPE_BASE_URL, settings.STRIPE_SECRET_KEY = SANDBOX, key

    assert len(said()) == 1
    assert "never one of Stripe's" in said()[0]


@pytest.mark.parametrize(
    ("key", "live"),
    [("sk_live_a", True), ("rk_live_a", True), ("sk_test_a", False), ("sk_test_sandbox", False),
     ("", False)],
)  # fmt: skip
def test_the_key_alone_says_whether_real_money_moves(settings, key, live):
    settings.STRIPE_SECRET_KEY = key

    assert is_live() is live


def said(*, deploy=False):
    found = checks.run_checks(tags=[checks.Tags.security], include_deployment_checks=deploy)
    return [message.msg for message in found if message.id.startswith("payments.")]
