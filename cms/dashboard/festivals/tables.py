"""The board of a festival in tables: its slots with the possible actions, and its countries."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cms.dashboard.festivals.slot_status import possible
from cms.dashboard.tables import Column, Table, WhenColumn, joined, link
from shop.catalogue.delivery.names import country_name
from shop.festivals.local_time import wall_of
from shop.festivals.models import Festival, Slot
from shop.festivals.schedule.extend import extensions_of

PATTERN = "j M Y, H:i"


def slot_table(festival: Festival, *, at: datetime | None, can_edit: bool) -> Table:
    """Return the slots of a festival by its own clock, with nominations and possible actions.

    Args:
        at: the moment at which something can be done; None: nothing by this person.
    """
    states = {
        name: Count("nominations", Q(nominations__state=state))
        for name, state in (("waiting", "submitted"), ("approved", "approved"))
    }
    slots = festival.slots.select_related("festival").annotate(**states)
    rows = list(slots.order_by("starts_at", "pk"))
    extended = extensions_of([slot.pk for slot in rows])

    def label(slot: Slot) -> SafeString | str:
        is_open = slot.kind == Slot.Kind.FLASH and not slot.cancelled_at
        url = reverse("desk:slot-edit", args=[festival.pk, slot.pk])
        return link(slot.label, url if can_edit and is_open else "")

    def acts(slot: Slot) -> SafeString:
        found = possible(slot, at=at, extended=extended) if at else []
        ways = [
            link(text, reverse("desk:slot-act", args=[festival.pk, slot.pk, name]))
            for name, text in found
        ]
        return joined(", ", ["called off" if slot.cancelled_at else "", *ways])

    columns = (
        Column("Slot", label),
        WhenColumn("From", lambda slot: wall_of(slot.starts_at, festival.zone), PATTERN),
        WhenColumn("To", lambda slot: wall_of(slot.ends_at, festival.zone), PATTERN),
        Column("Waiting", "waiting"), Column("Approved", "approved"),
        Column("Places", lambda slot: slot.max_nominations or "no limit"),
        Column("Do", acts, empty=""),
    )  # fmt: skip
    return Table("Slots", columns, rows)


def country_table(counted: Iterable[tuple[str, int]], festival: Festival) -> Table:
    """Return from which countries how many stores take part."""
    way = link("Invite some.", reverse("desk:festival-stores", args=[festival.pk]))
    columns = (Column("Country", lambda row: country_name(row[0], "en")), Column("Stores", "1"))
    none = format_html("No store takes part yet. {}", way)
    return Table("Countries", columns, list(counted), none=none)
