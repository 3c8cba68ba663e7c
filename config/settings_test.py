"""Settings of the test run: its own database cluster, a movable clock, fast passwords."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from config import embedded

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ["PAYMENTS_SANDBOX"] = "1"
os.environ["STRIPE_SECRET_KEY"] = "sk_test_sandbox_tests"
os.environ.setdefault("STRIPE_BASE_URL", "http://127.0.0.1:1")  # the fixture starts the real one
os.environ["STRIPE_WEBHOOK_SECRETS"] = "whsec_sandbox_tests"
os.environ["STRIPE_THIN_WEBHOOK_SECRETS"] = "whsec_sandbox_tests"
os.environ.setdefault("PAYOUT_SENDER", "")  # processes that are to be killed have them
os.environ.setdefault("PAYOUT_FINANCIAL_ACCOUNT", "")
# Tests hold locks on purpose, and machines that test are slow. With a bound goes how statements are
# planned, which is to be as in production.
os.environ.setdefault("DATABASE_STATEMENT_SECONDS", "600")
os.environ["DEBUG"] = ""
# The server that browsers visit shows sent mail and pictures, as a demonstration does.
os.environ["DEMO"] = os.environ.get("BAOBAB_TEST_SERVER", "")
if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = embedded.provide("test")

from config.settings import *
from config.settings import DATABASES, DEMO, LOGGING, MIDDLEWARE

# Everything that a test process and the servers it starts share lies in one folder. Processes of
# one run inherit the place, each has a folder there of its own, and the first one clears up.
if "BAOBAB_TEST_FOLDER" not in os.environ:
    os.environ["BAOBAB_TEST_FOLDER"] = tempfile.mkdtemp(prefix="baobab-")
    atexit.register(shutil.rmtree, os.environ["BAOBAB_TEST_FOLDER"], ignore_errors=True)
TEST_FOLDER = Path(os.environ["BAOBAB_TEST_FOLDER"], os.environ.get("PYTEST_XDIST_WORKER", "main"))
TEST_FOLDER.mkdir(exist_ok=True)
CLOCK_OFFSET_FILE = str(TEST_FOLDER / "clock")
MEDIA_ROOT = TEST_FOLDER / "media"
MAIL_OUTBOX = TEST_FOLDER / "mail"

DATABASES["default"]["CONN_MAX_AGE"] = 0
ORGANIZERS_NEED_MFA = False
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DEMO:
    MIDDLEWARE = ["tests.browsing.forgetting.ForgetContentTypes", *MIDDLEWARE]
    STATIC_ROOT = TEST_FOLDER / "static"
else:
    if not os.environ.get("BAOBAB_TEST_SMTP"):  # a process that hands mail to a real server
        MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    STORAGES = {
        "default": {"BACKEND": "shop.core.images.storage.WholeFiles"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
LOGGING["root"]["level"] = "WARNING"
SECONDS_BETWEEN_LOOKS = 0  # nobody here is as slow as people are
# Tests of stock and money order as many as they like; those of fairness ask for what holds outside.
GUEST_UNITS = ACCOUNT_UNITS = NETWORK_UNITS = 100_000
GUEST_SHARE = ACCOUNT_SHARE = 100
