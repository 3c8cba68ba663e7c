"""The WSGI application of web servers: ``gunicorn config.wsgi``."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

# Views are loaded now and not while the first visitor waits. What is loaded stays for good: going
# through all of it for garbage would halt a request for a fifth of a second now and then.
_ = get_resolver().url_patterns
gc.collect()
gc.freeze()
