from shop.catalogue.models.categories import Category
from shop.catalogue.models.dates import DatePlan, promised_sql
from shop.catalogue.models.products import (
    CANCEL_HOURS,
    HAS_NO_NOTE,
    Product,
    ProductPicture,
    ProductQuerySet,
    Variant,
    buyable_sql,
    on_sale_sql,
    public_sql,
)
from shop.catalogue.models.words import Term, Translation

__all__ = [
    "CANCEL_HOURS",
    "HAS_NO_NOTE",
    "Category",
    "DatePlan",
    "Product",
    "ProductPicture",
    "ProductQuerySet",
    "Term",
    "Translation",
    "Variant",
    "buyable_sql",
    "on_sale_sql",
    "promised_sql",
    "public_sql",
]
