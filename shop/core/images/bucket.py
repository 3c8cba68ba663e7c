"""Keeps files in a bucket of S3, where several machines find them: whole, and never overwritten.

Visitors ask the shop's own address for them, ``/media/…``; what stands in front of the shop
fetches them from the bucket. So addresses are the same wherever files lie, and nothing is loaded
from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.utils.encoding import filepath_to_uri
from storages.backends.s3 import S3Storage

A_YEAR = 31_536_000
TAKEN = 412  # somebody else's file has the name
PATIENCE = Config(
    connect_timeout=3, read_timeout=20, retries={"total_max_attempts": 2}, max_pool_connections=8
)


class BucketFiles(S3Storage):
    """Files in a bucket; whatever it answers instead of doing as asked is an ``OSError``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **options, client_config=PATIENCE, file_overwrite=False, querystring_auth=False
        )

    def url(self, name: str, *args: Any, **facts: Any) -> str:
        """Return where visitors find a file: where they would if it lay on a disk."""
        return urljoin(settings.MEDIA_URL, filepath_to_uri(name).lstrip("/"))

    def exists(self, name: str) -> bool:
        """Tell whether a file has a name."""
        with _told():
            return bool(super().exists(name))

    def delete(self, name: str) -> None:
        """Delete a file, if it is there."""
        with _told():
            super().delete(name)

    def _open(self, name: str, mode: str = "rb") -> Any:
        with _told():
            return super()._open(name, mode)

    def _save(self, name: str, content: Any) -> str:
        """Put a file there whole, under a name that nobody else's has."""
        content.seek(0)
        body, kind = content.read(), self._get_write_parameters(name, content)
        while True:
            try:
                with _told():
                    self.connection.meta.client.put_object(
                        Bucket=self.bucket_name, Key=self._normalize_name(name), Body=body,
                        ContentType=kind["ContentType"], IfNoneMatch="*",
                        CacheControl=f"public, max-age={A_YEAR}, immutable",
                    )  # fmt: skip
            except _NameTaken:
                name = self.get_available_name(name)
            else:
                return name


class _NameTaken(OSError):
    """A file has the name already."""


@contextmanager
def _told() -> Iterator[None]:
    """Turn what the bucket's own library raises into what a disk would."""
    try:
        yield
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        if status == TAKEN:
            raise _NameTaken from error
        raise OSError(f"the bucket refused: {status}") from error
    except BotoCoreError as error:
        raise OSError(f"the bucket is away: {type(error).__name__}") from error
