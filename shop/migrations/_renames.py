"""Renames of models and fields that leave tables and columns as they are: no statement of SQL."""

from typing import Any

from django.db import migrations


class RenameModel(migrations.RenameModel):
    """Rename a model whose table keeps its name.

    Django's own operation makes the foreign keys to the table again, and locks both sides for it.
    Content types and permissions follow all the same: Django looks for the class.
    """

    def database_forwards(self, *_: Any) -> None:
        """Do nothing: the table has the name that the version before knows."""

    def database_backwards(self, *_: Any) -> None:
        """Do nothing."""


class RenameField(migrations.RenameField):
    """Rename a field whose column keeps its name."""

    def database_forwards(self, *_: Any) -> None:
        """Do nothing: the column has the name that the version before knows."""

    def database_backwards(self, *_: Any) -> None:
        """Do nothing."""
