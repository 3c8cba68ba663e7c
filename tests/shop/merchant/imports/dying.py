"""A worker that is killed over a sheet of products: run it as a module with SHEET and STEPS.

It ends itself within a step, when so many have begun; the shop needs no hook for it.
"""

# ruff: noqa: E402 (models can be imported only after Django is set up)

import os
import signal
import sys
from typing import Any

import django

django.setup()

from django_tasks_db.models import DBTaskResult

from shop.merchant.imports import check, write
from shop.merchant.imports.models import CatalogueSpreadsheet

sheet_id, steps = int(sys.argv[1]), int(sys.argv[2])
begun = 0
keeps = {check: check.keep, write: write.keep}


def counted(room: Any) -> Any:
    """Return what keeps rows, or ends the process where its time has come."""

    def keep(rows: Any) -> None:
        global begun  # noqa: PLW0603 (of this process, which is nothing else)
        begun += 1
        if begun > steps:
            os.kill(os.getpid(), signal.SIGKILL)
        keeps[room](rows)

    return keep


if __name__ == "__main__":
    for room in keeps:
        room.keep = counted(room)
    while CatalogueSpreadsheet.objects.filter(
        pk=sheet_id, state__in=CatalogueSpreadsheet.IN_WORK
    ).exists():
        row = DBTaskResult.objects.ready().first()
        assert row
        row.task.func(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
        row.delete()
