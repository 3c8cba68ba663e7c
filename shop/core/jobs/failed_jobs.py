"""The only writer of failed jobs: noted where a round fails, closed where it succeeds again."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet

from shop.core.errors import NotPossible, StaleState
from shop.core.jobs.models import FailedJob, JobBacklog
from shop.core.jobs.steps import delete_some
from shop.core.jobs.words import name_of, place_of, words_of

log = logging.getLogger("shop.core.jobs")

GONE_AFTER = timedelta(days=2)
"""What has not failed again for so long does not wait any more: the slowest round is a day's."""
KEPT_FOR = timedelta(days=90)


class FailedItem(NamedTuple):
    """The name of an item: the label of its model and its row; for anything else, a word."""

    kind: str
    key: str


WHOLE = FailedItem("", "")
"""The round itself."""


def open_of(name: str) -> set[FailedItem]:
    """Return at which items a round has failed. One statement."""
    rows = FailedJob.objects.filter(round=name, closed_at=None)
    return {FailedItem(*row) for row in rows.values_list("kind", "key")}


def note(name: str, thing: FailedItem, error: BaseException, *, at: datetime) -> None:
    """Log a failure and list it for a person, in words that name nobody."""
    facts = {"error": name_of(error), "words": words_of(error), "place": place_of(error)}
    what = " ".join(filter(None, thing)) or "as a whole"
    log.error("%s: %s failed and is tried again: %s: %s (%s)", name, what, *facts.values())
    open_one = FailedJob.objects.filter(round=name, kind=thing.kind, key=thing.key, closed_at=None)
    again = facts | {"last_at": at, "count": F("count") + 1}
    if open_one.update(**again):
        return
    new = FailedJob(round=name, kind=thing.kind, key=thing.key, first_at=at, last_at=at, **facts)
    try:
        with transaction.atomic():
            new.save()
    except IntegrityError:  # somebody else noted it in the same moment
        open_one.update(**again)


def settle(name: str, thing: FailedItem, *, at: datetime) -> None:
    """Close the open failed job of an item, since the round has succeeded with it."""
    rows = FailedJob.objects.filter(round=name, kind=thing.kind, key=thing.key, closed_at=None)
    if rows.update(closed_at=at, reason="It succeeded."):
        log.info("%s: %s succeeded after all", name, " ".join(thing) or "it")


@transaction.atomic
def close(failed_job: FailedJob, reason: str, *, at: datetime, by: AbstractBaseUser) -> None:
    """Close a failed job by hand; when the round fails at the item again, a new one is listed.

    Raises:
        NotPossible: there is no reason.
        StaleState: it is closed already.
    """
    if not reason.strip():
        raise NotPossible("Say why: whoever looks next reads it.")
    facts = {"closed_at": at, "closed_by": by, "reason": reason.strip()[:300]}
    if not FailedJob.objects.filter(pk=failed_job.pk, closed_at=None).update(**facts):
        raise StaleState


def waiting(*, since: datetime) -> QuerySet[FailedJob]:
    """Return the open failed jobs that came up before an instant and are not settled."""
    return FailedJob.objects.filter(closed_at=None, first_at__lte=since)


def forget_failed_jobs(*, at: datetime) -> int:
    """Close failed jobs that came up no more, delete those closed long ago; return how many."""
    still = FailedJob.objects.filter(closed_at=None, last_at__lt=at - GONE_AFTER)
    still.update(closed_at=at, reason="It did not come up again for two days.")
    JobBacklog.objects.filter(keys=[]).delete()
    return delete_some(FailedJob.objects.filter(closed_at__lt=at - KEPT_FOR).order_by("closed_at"))
