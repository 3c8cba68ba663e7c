"""A festival that has sold something, for the screens that tell of it."""

from shop.festivals.models import Festival
from shop.reports import tallies
from tests import make
from tests.buying import pay
from tests.make import NOON


def sold_festival() -> Festival:
    """Return a festival of which six kettles of ten are paid and one is held."""
    festival = make.festival(title="Harvest Days", slug="harvest-days")
    kettle = make.variant(25_00, of=make.product(title="Kettle", of=make.merchant(name="Loom")))
    make.deal(of=kettle, during=festival, price=20_00, allotment=10)
    pay(make.order({kettle: 6}))
    make.order({kettle: 1})
    tallies.count_sales(at=NOON)
    festival.merchant = kettle.product.merchant
    return festival


def at(festival: Festival, screen: str = "") -> str:
    """Return the address of a screen of a festival."""
    return f"/organize/festivals/{festival.pk}/{screen}"
