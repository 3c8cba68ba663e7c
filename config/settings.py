"""Settings of the shop, read from the environment. docs/reference/settings.md lists them."""

import os
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

from config.database import address_of
from config.editors import *  # noqa: F403 (what editors may choose and upload)
from config.limits import *  # noqa: F403 (what organizers can set at their desk)
from config.logs import logging_as
from config.safety import *  # noqa: F403 (headers that are the same everywhere)
from config.sign_in import *  # noqa: F403 (allauth's settings, a file of their own)

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    """Return a setting from the environment."""
    return os.environ.get(name, default).strip()


def env_on(name: str) -> bool:
    """Tell whether a switch in the environment is on."""
    return env(name).lower() in {"1", "true", "yes", "on"}


def env_list(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list from the environment."""
    return [part.strip() for part in env(name, default).split(",") if part.strip()]


# --- mode -----------------------------------------------------------------------------------
DEBUG = env_on("DEBUG")
DEMO = env_on("DEMO")  # a demonstration: sent mail can be read at /mail/, the sample moves on
# Minutes after which a demonstration for strangers is put back to the sample; 0: never.
DEMO_RESETS = int(env("DEMO_RESETS", "0"))
if DEMO_RESETS and not DEMO:
    raise ImproperlyConfigured("DEMO_RESETS deletes everything: it is for demonstrations (DEMO=1).")
DEMO_ACCOUNTS = "sample.accounts.ACCOUNTS"  # as whom strangers may sign in
LOGGING = logging_as(env("LOG_FORMAT", "plain"))  # or json, for machines
CLOCK_OFFSET_FILE = ""  # tests alone may move the clock

SECRET_KEY = env("SECRET_KEY")
if not SECRET_KEY:
    if not DEBUG:
        raise ImproperlyConfigured("Set SECRET_KEY to a long random string, or DEBUG=1.")
    SECRET_KEY = "only-for-development"  # noqa: S105 (never used without DEBUG)
# Earlier ones, whose sign-ins and links still count: the newest first.
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS")
# Keys the hashes of mailboxes and networks, which have to stay when the secret key changes.
HASH_SECRET = env("HASH_SECRET") or [SECRET_KEY, *SECRET_KEY_FALLBACKS][-1]

SITE_NAME = "Baobab"
SITE_URL = env("SITE_URL", "http://127.0.0.1:8000")
# From where pictures of sheets may be fetched though it is not public, like 10.1.0.0/16.
PICTURE_NETWORKS = env_list("PICTURE_NETWORKS")
# Checks new passwords against data leaks: https://api.pwnedpasswords.com/range/. Empty: off.
BREACHED_PASSWORDS_URL = env("BREACHED_PASSWORDS_URL")
if BREACHED_PASSWORDS_URL and not BREACHED_PASSWORDS_URL.startswith("https://"):
    raise ImproperlyConfigured("BREACHED_PASSWORDS_URL has to begin with https://")
PROBE_URL = env("PROBE_URL")  # where our own pages are looked at; empty: at SITE_URL
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS", "127.0.0.1,localhost")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
TRUSTED_PROXIES = env_list("TRUSTED_PROXIES")  # only these may say who the client is
# Who may read figures and the state of parts: monitors, by their networks.
SENTRY_DSN = env("SENTRY_DSN")  # where errors are sent, without anybody's data; empty: nowhere
# Where spans are sent by OTLP over HTTP, like http://127.0.0.1:4318; empty: nowhere.
OTEL_EXPORTER_OTLP_ENDPOINT = env("OTEL_EXPORTER_OTLP_ENDPOINT")
MONITOR_NETWORKS = env_list("MONITOR_NETWORKS", "127.0.0.1,::1")
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

# --- apps -----------------------------------------------------------------------------------
INSTALLED_APPS = [
    "config.apps.ProjectConfig",
    "cms",
    "shop",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.simple_translation",
    "wagtail.embeds",
    "wagtail.sites",
    "wagtail.users",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks_db",
    "django_htmx",
    "django.contrib.postgres",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]
if DEMO:
    INSTALLED_APPS.append("sample")

MIDDLEWARE = [
    "config.proxies.ListedProxies",
    "config.watching.request_ids.RequestIds",
    "config.watching.metrics.Measured",
    "config.headers.Guarded",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "shop.storefront.database_away.DatabaseAway",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "shop.storefront.middleware.LanguageFromPath",
    "django.middleware.common.CommonMiddleware",
    "shop.storefront.middleware.SameOriginCsrf",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "shop.people.accounts.middleware.OurSite",
    "shop.storefront.previews.middleware.Previews",
    "shop.storefront.middleware.Refusals",
]
if OTEL_EXPORTER_OTLP_ENDPOINT:
    MIDDLEWARE.insert(2, "config.watching.traces.Traced")  # where the id of a request is known

if DEMO_RESETS:
    MIDDLEWARE.insert(0, "shop.core.demonstration.middleware.PublicDemonstration")

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shop.storefront.site.site",
            ],
        },
    }
]

# --- database, cache, tasks -----------------------------------------------------------------
DATABASE_URL = env("DATABASE_URL")
if not DATABASE_URL:
    raise ImproperlyConfigured("Set DATABASE_URL to a PostgreSQL address (15 or newer).")
# What was planned on a connection is worth keeping; so long, and the server may free its memory.
KEPT_SECONDS = 600
STATEMENT_SECONDS = int(env("DATABASE_STATEMENT_SECONDS", "30"))  # 0: as long as it takes
DATABASE_PREPARES = env("DATABASE_PREPARES", "1") == "1"  # 0: a pooler that knows no such thing
DATABASE_POOLED = env_on("DATABASE_POOLED")  # each transaction may get another connection
DATABASE_REPLICA_URL = env("DATABASE_REPLICA_URL")  # answers what may be late
# The role that owns the tables. Only migrate uses it.
DATABASE_OWNER_URL = env("DATABASE_OWNER_URL")
_line = partial(
    address_of,
    kept=KEPT_SECONDS,
    seconds=STATEMENT_SECONDS,
    may_prepare=DATABASE_PREPARES,
    is_pooled=DATABASE_POOLED,
)
DATABASE_OWNER = _line(DATABASE_OWNER_URL) if DATABASE_OWNER_URL else None
DATABASES = {
    name: _line(address)
    for name, address in (("default", DATABASE_URL), ("replica", DATABASE_REPLICA_URL))
    if address
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env("REDIS_URL")  # pages and what they count; limits are counted in the database
IN_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
BY_THIS_CODE = {"KEY_FUNCTION": "config.cache.key_of"}  # Redis outlives an update of the shop
CACHES = {
    "default": {"BACKEND": "config.cache.ForgivingCache", "LOCATION": REDIS_URL} | BY_THIS_CODE
    if REDIS_URL
    else {"BACKEND": IN_MEMORY, "OPTIONS": {"MAX_ENTRIES": 2_000}},
    # Anybody can make searches up: whoever does pushes other searches out, and nothing else.
    "searches": {"BACKEND": IN_MEMORY, "LOCATION": "searches", "OPTIONS": {"MAX_ENTRIES": 1_000}},
}
# What stands in front of the shop keeps pages by the rules of docs/explanation/scale.md.
EDGE_CACHE = env_on("EDGE_CACHE")
# What the beat does beside the shop's own work, for packages that the shop does not know.
PERIODIC_WORK = [("publish texts", "cms.pages.schedule.publish_due", 1)]
TASKS = {"default": {"BACKEND": "shop.core.queue.Queue", "QUEUES": ["default"]}}

# --- people ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "shop.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "account"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "config.messages.OwnCookieStorage"

# --- languages and time ---------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("fr", "Français"),
    ("zh-hans", "简体中文"),
    ("ar", "العربية"),
    ("sw", "Kiswahili"),
    ("pt", "Português"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- files ----------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static_root"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "config.bundles.BundleFinder",
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env("MEDIA_ROOT") or BASE_DIR / "media")
MEDIA_S3_BUCKET = env("MEDIA_S3_BUCKET")  # where several machines keep pictures together
BUCKET = {
    "bucket_name": MEDIA_S3_BUCKET,
    "endpoint_url": env("MEDIA_S3_ENDPOINT") or None,
    "region_name": env("MEDIA_S3_REGION") or None,
    "access_key": env("MEDIA_S3_KEY") or None,
    "secret_key": env("MEDIA_S3_SECRET") or None,
}
STORAGES = {
    # Pictures of the sample may be asked for before they are drawn.
    "default": {"BACKEND": "sample.storage.DrawnFiles"}
    if DEMO
    else {"BACKEND": "shop.core.images.bucket.BucketFiles", "OPTIONS": BUCKET}
    if MEDIA_S3_BUCKET
    else {"BACKEND": "shop.core.images.storage.WholeFiles"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "config.storage.HashedStorage"
    },
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_HANDLERS = [
    "shop.core.images.upload_handlers.SkipLarge",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "shop.core.images.upload_handlers.OnDisk",
]

# --- safety ---------------------------------------------------------------------------------
HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
COOKIE_PREFIX = "__Host-" if HTTPS else ""  # no neighbour under the same domain can plant one
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}sessionid", f"{COOKIE_PREFIX}csrftoken"
SECURE_SSL_REDIRECT = HTTPS
# Who balances the load asks from within, by plain HTTP; these two tell nothing of anybody.
SECURE_REDIRECT_EXEMPT = [r"^health/(?:live|ready)/$"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURITY_CONTACT = env_list("SECURITY_CONTACT")  # where holes are reported: security.txt
# Forms are guarded by SameOriginCsrf, which asks the origin before it asks for a token (W003). What
# else lies under the operator's domain is not ours to bind (W005), nor to enter into lists (W021).
SILENCED_SYSTEM_CHECKS = ["security.W003", "security.W005", "security.W021"]
if not HTTPS:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008"]

# --- the shop -------------------------------------------------------------------------------
SHOP_CURRENCY = env("SHOP_CURRENCY", "USD")
SHOP_COUNTRY = env("SHOP_COUNTRY", "CN")  # where parcels go until the shopper says otherwise
SHOP_ZONE = env("SHOP_ZONE", "Africa/Nairobi")  # of times that belong to no festival, no place
if SHOP_ZONE not in available_timezones():
    raise ImproperlyConfigured("Set SHOP_ZONE to a time zone, like Africa/Nairobi.")
ORGANIZERS_NEED_MFA = not (DEBUG or DEMO)  # two-step sign-in at the organizers' desk

OPERATOR_NAME = env("OPERATOR_NAME", "Baobab Demonstration")  # stands under every mail
OPERATOR_ADDRESS = env("OPERATOR_ADDRESS", "1 Example Street, Example City")
OPERATOR_COUNTRY = env("OPERATOR_COUNTRY")  # two letters; where the operator pays tax
OPERATOR_TAX_NUMBER = env("OPERATOR_TAX_NUMBER")  # stands on the papers of what it sells itself
OPERATOR_PREFIX = env("OPERATOR_PREFIX", "OP")  # begins the numbers of these papers
ORGANIZER_EMAILS = env_list("ORGANIZER_EMAILS")  # who is told when something waits too long
TERMS_LINK = env("TERMS_LINK")  # the terms of sale, named beside the button that pays
# Who reads the answers to mails; where nobody does, no mail asks for one.
ANSWERS_TO = env("ANSWERS_TO") or next(iter(ORGANIZER_EMAILS), "")
HELP_LINK = env("HELP_LINK")  # stands under every mail to shoppers, if there is one
# For so long the law demands that documents of a sale are kept, and with them who bought.
DOCUMENTS_KEPT_YEARS = int(env("DOCUMENTS_KEPT_YEARS", "10"))
# For so many days a browser remembers by which shared link it came, so that orders are counted for
# it. 0: none remembers, and visits alone are counted.
SHARE_LINK_DAYS = int(env("SHARE_LINK_DAYS", "7"))
# Who else forgets a person that is erased, for packages that the shop does not know.
FORGETS_PEOPLE = ["cms.colleagues.forget.forget_person"]

# --- payments -------------------------------------------------------------------------------
STRIPE_SECRET_KEY = env("STRIPE_SECRET_KEY")
STRIPE_BASE_URL = env("STRIPE_BASE_URL")  # the sandbox's address; empty means Stripe itself
STRIPE_WEBHOOK_SECRETS = env_list("STRIPE_WEBHOOK_SECRETS")
STRIPE_THIN_WEBHOOK_SECRETS = env_list("STRIPE_THIN_WEBHOOK_SECRETS")  # of the other endpoint
PAYMENTS_SANDBOX = env_on("PAYMENTS_SANDBOX")
# Seals the accounts of stores. A new one is set with the old one behind it, so that all is read.
PAYOUT_SECRET = env("PAYOUT_SECRET") or SECRET_KEY
PAYOUT_SECRETS_BEFORE = env_list("PAYOUT_SECRETS_BEFORE")
# Payouts by the provider: the country of its account, and from which of its accounts they go.
PAYOUT_SENDER = env("PAYOUT_SENDER").upper()  # where the operator is; empty: all by hand
PAYOUT_FINANCIAL_ACCOUNT = env("PAYOUT_FINANCIAL_ACCOUNT")
# What one person alone may send to the bank, and refund of an order, in minor units of the shop's
# currency; where they are not set, as much as shop/money/ledger/thresholds.py says in dollars.
BATCH_ALONE_UP_TO = int(env("BATCH_ALONE_UP_TO")) if env("BATCH_ALONE_UP_TO") else None
ALONE_UP_TO = int(env("ALONE_UP_TO")) if env("ALONE_UP_TO") else None
COMMISSION_VAT_BP = int(env("COMMISSION_VAT_BP", "0"))  # inside commission: 1900 are 19 %
SECONDS_BETWEEN_LOOKS = 2  # in which the pages of an order do not ask the provider anew
# Where browsers find the sandbox's pages to pay, if that is not where the shop asks it.
SANDBOX_URL = env("SANDBOX_URL")
CHECKOUT_ORIGIN = SANDBOX_URL or STRIPE_BASE_URL or "https://checkout.stripe.com"
ONBOARDING_ORIGINS = (
    [CHECKOUT_ORIGIN]
    if STRIPE_BASE_URL
    else ["https://connect.stripe.com", "https://accounts.stripe.com"]
)

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    # A form that is answered by a redirect to the hosted payment page needs its origin here.
    "form-action": [CSP.SELF, *dict.fromkeys([CHECKOUT_ORIGIN, *ONBOARDING_ORIGINS])],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}
ADMIN_CSP: dict[str, Any] = {
    **SECURE_CSP,
    "script-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "style-src": [CSP.SELF, CSP.UNSAFE_INLINE],
    "img-src": [CSP.SELF, "data:", "blob:"],
    "frame-ancestors": [CSP.SELF],
}

# --- mail -----------------------------------------------------------------------------------
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", "Baobab <shop@baobab.example>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
MAIL_OUTBOX = BASE_DIR / ".run" / "mail"
MAILERS = {
    "default": {
        "BACKEND": "shop.core.mail.outbox.OutboxBackend"
        if DEMO or DEBUG
        else "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {}
        if DEMO or DEBUG
        else {
            "host": env("EMAIL_HOST", "localhost"),
            "port": int(env("EMAIL_PORT", "25")),
            "username": env("EMAIL_HOST_USER"),
            "password": env("EMAIL_HOST_PASSWORD"),
            "use_tls": env_on("EMAIL_USE_TLS"),
            "timeout": float(env("EMAIL_SECONDS", "10")),  # for each answer of the mail server
        },
    }
}

# --- Wagtail --------------------------------------------------------------------------------
WAGTAIL_SITE_NAME = SITE_NAME
WAGTAILADMIN_BASE_URL = SITE_URL
WAGTAILIMAGES_IMAGE_MODEL = "shop.Picture"
WAGTAILIMAGES_IMAGE_FORM_BASE = "cms.dashboard.catalogue.pictures.PictureForm"
WAGTAILIMAGES_MAX_UPLOAD_SIZE = 10 * 1024 * 1024
WAGTAILIMAGES_EXTENSIONS = ["avif", "heic", "jpeg", "jpg", "png", "webp"]
WAGTAIL_ENABLE_UPDATE_CHECK = False
# Addresses and passwords are changed in the shop's account, which verifies them.
WAGTAIL_EMAIL_MANAGEMENT_ENABLED = False
WAGTAIL_PASSWORD_MANAGEMENT_ENABLED = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_I18N_ENABLED = True
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
WAGTAILEMBEDS_FINDERS: list[str] = []  # nothing is loaded from elsewhere
