"""Drawing for stores. The task takes an id, may run twice, and reads everything anew."""

from __future__ import annotations

from django.tasks import task

from shop.core import clock
from shop.merchant.share_kits import drawing


@task
def draw_kit(kit_id: int) -> None:
    """Draw the pictures and the poster of a kit."""
    drawing.draw(kit_id, at=clock.now())
