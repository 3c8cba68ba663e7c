"""The names under which stored rows speak of models: those of their tables.

A table keeps its name when its model gets a better one, so that the change log, failed jobs and
constraints find what was written before.
"""

from typing import Any

from django.db.models import Model


def stored_name(model: Model | type[Model]) -> str:
    """Return the name of a model's table without its app: ``notice`` of a ContentReport."""
    meta: Any = model._meta
    return str(meta.db_table).removeprefix(f"{meta.app_label}_")


def stored_label(model: Model | type[Model]) -> str:
    """Return the app and the stored name of a model: ``shop.notice``."""
    return f"{model._meta.app_label}.{stored_name(model)}"
