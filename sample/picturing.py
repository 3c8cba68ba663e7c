"""Makes the picture rows of the sample. Their files have fixed names and may be drawn later."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from wagtail.models import Collection

from sample.pictures import (
    BANNER_SHAPE,
    LOGO_WIDTH,
    banner_files,
    banner_kinds,
    cloth_file,
    logo_file,
    product_files,
)
from sample.sheets import ProductSheet, StoreSheet
from shop.core.images.models import Picture


class Pictures:
    """Makes unsaved rows for Wagtail's root collection."""

    def __init__(self) -> None:
        self._folder = media_folder()
        self._collection = Collection.get_first_root_node()

    def of_product(self, store: StoreSheet, product: ProductSheet) -> Picture:
        """Return the picture of a product with its ready-made sizes."""
        files = product_files(self._folder, store, product)
        alt = f"{product.title}. Drawing: {product.art.replace('-', ' ')}"
        row = self._row(product.title, alt, files)
        row.is_illustration = product.is_inexact
        return row

    def of_store(self, store: StoreSheet) -> Picture:
        """Return the logo of a store."""
        return self._row(store.name, store.name, {LOGO_WIDTH: logo_file(self._folder, store)})

    def banner_of(self, store: StoreSheet) -> Picture:
        """Return the banner of a store."""
        width, height = BANNER_SHAPE
        files = banner_files(self._folder, store)
        alt = f"{store.name}. Drawing: {', '.join(banner_kinds(store)).replace('-', ' ')}"
        return self._row(store.name, alt, files, height / width)

    def _row(self, title: str, alt: str, files: Mapping[int, Path], height: float = 1.0) -> Picture:
        names = {width: self._name(file) for width, file in files.items()}
        widest = max(names)
        return Picture(
            title=title,
            alt=alt,
            file=names[widest],
            width=widest,
            height=round(widest * height),
            sizes={
                "jpeg": {str(width): default_storage.url(name) for width, name in names.items()}
            },
            collection=self._collection,
        )

    def _name(self, file: Path) -> str:
        return file.relative_to(self._folder).as_posix()


def media_folder() -> Path:
    """Return the folder in which pictures are drawn and from which they are served."""
    return Path(settings.MEDIA_ROOT)


def cloth_address(store: StoreSheet) -> str:
    """Return where browsers find the cloth of a store."""
    folder = media_folder()
    return default_storage.url(cloth_file(folder, store).relative_to(folder).as_posix())
