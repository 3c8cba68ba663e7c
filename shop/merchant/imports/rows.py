"""Keeps what was found about rows: many with one statement, since a sheet has many."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import connection

from shop.merchant.imports.models import CatalogueRow

# One value for all rows: a CASE for each of them takes longer than everything else of a check.
KEEP = """
UPDATE shop_cataloguerow AS r
SET state = x.state, outcome = x.outcome, problems = x.problems, changes = x.changes,
    product_id = x.product, cells = x.cells, "group" = x.part
FROM jsonb_to_recordset(%s::jsonb) AS x(
    id bigint, state text, outcome text, problems jsonb, changes jsonb, product bigint,
    cells jsonb, part integer)
WHERE r.id = x.id
"""


def keep(rows: Sequence[CatalogueRow]) -> None:
    """Save rows that the caller holds locked, or that nobody else can know yet. One statement."""
    told = [
        {"id": row.pk, "state": row.state, "outcome": row.outcome, "problems": row.problems,
         "changes": row.changes, "product": row.product_id, "cells": row.cells, "part": row.group}
        for row in rows
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(KEEP, [json.dumps(told)])
