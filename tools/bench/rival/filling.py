"""Fills oscar's migrated database and its index: ``python -m tools.bench.rival.filling FILE``.

The file is what ``catalogue`` has written. Products, stores and categories are the sample's.
"""

import json
import os
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tools.bench.rival.settings"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.sites.models import Site  # noqa: E402
from haystack import connections  # noqa: E402
from oscar.core.loading import get_model  # noqa: E402

from tools.bench.rival import pictures  # noqa: E402

PLENTY = 1_000_000
CODES = ("material", "origin")
Product = get_model("catalogue", "Product")
ProductClass = get_model("catalogue", "ProductClass")
ProductAttribute = get_model("catalogue", "ProductAttribute")
ProductAttributeValue = get_model("catalogue", "ProductAttributeValue")
ProductCategory = get_model("catalogue", "ProductCategory")
ProductImage = get_model("catalogue", "ProductImage")
Category = get_model("catalogue", "Category")
Partner = get_model("partner", "Partner")
StockRecord = get_model("partner", "StockRecord")
Country = get_model("address", "Country")


def main() -> None:
    """Fill the database, draw the pictures, write the index."""
    found = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    Site.objects.update_or_create(pk=1, defaults={"domain": "bench.example", "name": "Bench"})
    Country.objects.create(
        iso_3166_1_a2="CN",
        iso_3166_1_a3="CHN",
        iso_3166_1_numeric="156",
        printable_name="China",
        name="China",
        is_shipping_country=True,
    )
    categories = _categories(found["categories"])
    partners = {
        slug: Partner.objects.create(code=slug, name=name) for slug, name in found["stores"]
    }
    products = _products(found["products"])
    names = [f"products/{product.pk}.jpg" for product in products]
    pictures.draw(settings.MEDIA_ROOT, names)
    ProductImage.objects.bulk_create(
        ProductImage(product=product, original=name, display_order=0)
        for product, name in zip(products, names, strict=True)
    )
    rows = list(zip(products, found["products"], strict=True))
    StockRecord.objects.bulk_create(
        StockRecord(
            product=product,
            partner=partners[row["store"]],
            partner_sku=f"S{product.pk}",
            price_currency=settings.OSCAR_DEFAULT_CURRENCY,
            price=Decimal(row["price"]) / 100,
            num_in_stock=PLENTY,
        )
        for product, row in rows
    )
    ProductCategory.objects.bulk_create(
        ProductCategory(product=product, category=categories[row["category"]])
        for product, row in rows
    )
    _write_index()


def _categories(rows: list[list[str]]) -> dict[str, Any]:
    """Make the tree; rows come with the top of a branch before what lies below it."""
    made: dict[str, Any] = {}
    for path, name in rows:
        top, slash, below = path.partition("/")
        facts = {"name": name, "slug": below or top}
        # A parent is read anew: adding to it has changed its row and not the object.
        parent = Category.objects.get(pk=made[top].pk) if slash else None
        made[path] = parent.add_child(**facts) if parent else Category.add_root(**facts)
    return made


def _products(rows: list[dict[str, Any]]) -> list[Any]:
    kind = ProductClass.objects.create(
        name="Goods", slug="goods", requires_shipping=True, track_stock=True
    )
    attributes = [
        ProductAttribute.objects.create(
            product_class=kind, name=code.title(), code=code, type="text"
        )
        for code in CODES
    ]
    products = Product.objects.bulk_create(
        Product(
            structure="standalone",
            product_class=kind,
            title=row["title"],
            slug=row["slug"],
            upc=f"U{number:07d}",
            is_public=True,
            is_discountable=True,
            description=f"<p>{row['description']}</p>",
        )
        for number, row in enumerate(rows)
    )
    ProductAttributeValue.objects.bulk_create(
        ProductAttributeValue(product=product, attribute=attribute, value_text=row[attribute.code])
        for product, row in zip(products, rows, strict=True)
        for attribute in attributes
    )
    return products


def _write_index() -> None:
    """Write what ``rebuild_index`` writes, by adding alone.

    That command looks for an older document before each, which takes Whoosh very long.
    """
    connection = connections["default"]
    backend = connection.get_backend()
    index = connection.get_unified_index().get_index(Product)
    backend.setup()
    backend.clear()
    backend.setup()
    writer = backend.index.writer(limitmb=256)
    for product in Product.objects.browsable().order_by("pk"):
        document = index.full_prepare(product)
        writer.add_document(**{key: backend._from_python(document[key]) for key in document})
    writer.commit()


if __name__ == "__main__":
    main()
