"""A Django project in a few lines: what the framework itself allows on this machine."""

import os
from pathlib import Path

import dj_database_url
from django.conf import settings
from django.core.wsgi import get_wsgi_application

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=600)},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["tools.bench.limits"],
    ROOT_URLCONF="tools.bench.limits.views",
    SECRET_KEY=os.environ["SECRET_KEY"],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent],
        }
    ],
    USE_TZ=True,
)
application = get_wsgi_application()
