"""The mail to whoever brought a sheet in, once it is."""

from __future__ import annotations

from django.db.models import Count, Q

from shop.core.mail.notifications import Mail, notification
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet
from shop.people.accounts.own_language import neutral_address

Outcome, State = CatalogueRow.Outcome, CatalogueRow.State


@notification(
    "sheet-brought",
    promises={"For seven days the whole sheet can be taken back.": "workspace-catalogue-sheet"},
)
def send_brought(sheet_id: int) -> Mail | None:
    """Tell whoever brought a sheet in what became of its rows."""
    rows = CatalogueSpreadsheet.objects.select_related("merchant", "by")
    sheet = rows.filter(pk=sheet_id).first()
    if sheet is None or sheet.by is None:
        return None
    done = Q(state=State.DONE)
    counts = sheet.rows.aggregate(
        new=Count("pk", filter=done & Q(outcome=Outcome.NEW)),
        changed=Count("pk", filter=done & Q(outcome=Outcome.CHANGED)),
        same=Count("pk", filter=done & Q(outcome=Outcome.SAME)),
        wrong=Count("pk", filter=~done),
    )
    link = neutral_address("workspace-catalogue-sheet", sheet.merchant.slug, sheet.pk)
    context = {
        "name": sheet.by.name,
        "stores": [{"name": sheet.merchant.name}],
        "sheet": sheet.name,
        "counts": counts,
        "link": link,
    }
    return Mail(sheet.by.email, sheet.by.language or "en", context)
