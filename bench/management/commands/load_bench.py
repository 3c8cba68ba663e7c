from itertools import batched
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from sample import stocking
from sample.edition import edition
from sample.nominating import take_part
from sample.opening import open_festival
from sample.reference import load_reference
from shop import clock
from shop.accounts.models import User
from shop.listings.refreshing import refresh

# Without orders every product would be as popular as any other.
SPREAD = "UPDATE shop_listing SET popularity = product_id * 7919 %% 211 WHERE product_id = ANY(%s)"


class Command(BaseCommand):
    """Fills the database in which the shop is measured."""

    help = "Load the sample's stores, products and festival; no pictures are drawn."
    requires_system_checks = ()

    def handle(self, **options: Any) -> None:
        """Load a few stores at a time."""
        wanted = edition(at=clock.now())
        load_reference()
        festival, _ = open_festival(wanted)
        organizer = User.objects.create_user("organizer@bench.example", None)
        for stores in batched(wanted.stores, 5):
            with transaction.atomic(), connection.cursor() as cursor:
                products = stocking.stock(wanted, stores)
                take_part(wanted, festival, products, by=organizer)
                ids = [product.pk for product in products]
                refresh(ids, at=clock.now())
                cursor.execute(SPREAD, [ids])
