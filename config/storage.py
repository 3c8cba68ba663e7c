"""Static files as they are served in production: named by their content, compressed."""

from collections.abc import Iterator
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

from config.bundles import PARTS


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Names static files by their content and leaves out the parts that bundles are joined from.

    The files stay under their plain names too: the error pages, which must work even when the
    manifest does not, ask for those.
    """

    def post_process(
        self, paths: dict[str, Any], dry_run: bool = False, **options: Any
    ) -> Iterator[tuple[str, str | None, Any]]:
        """Drop the parts, then hash and compress the rest."""
        if not dry_run:
            self.delete_files(PARTS & paths.keys())
        served = {path: place for path, place in paths.items() if path not in PARTS}
        yield from super().post_process(served, dry_run=dry_run, **options)
