"""Pictures for shops, drawn from our own illustrations: products, banners, logos, heroes."""

from sample.art.festival import festival_hero
from sample.art.product import product_picture
from sample.art.render import render, render_sizes
from sample.art.store import store_banner, store_cloth, store_logo

__all__ = [
    "festival_hero",
    "product_picture",
    "render",
    "render_sizes",
    "store_banner",
    "store_cloth",
    "store_logo",
]
