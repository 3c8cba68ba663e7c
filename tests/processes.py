"""What another process needs to work on the database and the sandbox of this test run."""

import os
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection


def environment() -> dict[str, str]:
    """Return the environment for a process of the same test run."""
    name = connection.settings_dict["NAME"]  # of this run, not the one in the address
    return os.environ | {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl(),
        "STRIPE_BASE_URL": settings.STRIPE_BASE_URL,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
    }
