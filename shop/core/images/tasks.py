"""Work on the files of pictures that can wait. Tasks may run twice."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.tasks import task


@task
def delete_files(names: list[str]) -> None:
    """Delete files of a picture that is gone."""
    for name in names:
        default_storage.delete(name)
