"""Settings of the shop while it is measured: those of production, but for what stands here."""

from pathlib import Path

from config.settings import *  # noqa: F403
from config.settings import CACHES, INSTALLED_APPS, LOGGING, MIDDLEWARE, env

INSTALLED_APPS = [*INSTALLED_APPS, "tools.bench"]
MIDDLEWARE = ["tools.bench.forgetting.CountFromCold", *MIDDLEWARE]
STATIC_ROOT = Path(env("BENCH_FOLDER")) / "static"
LOGGING["root"]["level"] = "WARNING"
LOGGING["loggers"]["django.request"] = {"level": "ERROR"}  # many shoppers will be refused
CACHES["default"] |= {
    "everything": {},
    "counts": {"BACKEND": "tools.bench.caching.WithoutPages"},
    "nothing": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
}[env("BENCH_KEEPS", "everything")]
if env("BENCH_KEEPS", "everything") != "everything":
    CACHES["searches"] = {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}
