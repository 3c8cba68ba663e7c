"""Says of a single finding why a festival may be published all the same; kept in the change log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog, Festival
from shop.festivals.schedule.findings import Finding

ACTION = "override"


@transaction.atomic
def override(festival: Festival, finding: Finding, reason: str, *, at: datetime, by: User) -> None:
    """Let a festival be published although this is missing.

    It stands for the sentence that was read: when the sentence changes, it blocks again.

    Raises:
        NotPossible: the festival is no draft, the finding blocks nothing, or no reason is given.
    """
    festival = Festival.objects.select_for_update(no_key=True).get(pk=festival.pk)
    if festival.state != Festival.State.DRAFT:
        raise NotPossible("Only a draft waits for being published.")
    if not finding.blocks:
        raise NotPossible("This blocks nothing.")
    if not reason.strip():
        raise NotPossible("Say why it may be published all the same.")
    after = {"finding": finding.key, "text": finding.text}
    log(festival, ACTION, at=at, by=by, festival=festival, reason=reason.strip(), after=after)


def with_overrides(festival: Festival, found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings with the reasons that were given for these very sentences. One statement."""
    rows = ChangeLog.objects.filter(festival=festival, subject="festival", action=ACTION)
    given = {
        (after.get("finding"), after.get("text")): reason
        for after, reason in rows.order_by("pk").values_list("after", "reason")
    }
    return tuple(
        replace(finding, override=given.get((finding.key, finding.text), "")) for finding in found
    )
