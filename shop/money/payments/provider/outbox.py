"""The outbox: rows that say what is to be done at the provider are carried out once.

A row is written together with its cause. A worker claims it with a lease, calls the provider under
the row's key, and records the answer. If the worker dies, the next one claims the row when the
lease is over and finds out what happened. Refunds, transfers, payouts and answers to banks go this
way; each kind says here how it is found, sent, recorded and handed to a person.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models, transaction
from django.db.models import QuerySet

from shop.core.errors import GatewayError
from shop.core.locks import free_ones
from shop.money.payments.provider.doubts import KEY_LIFE, found_or_next_key, note_of
from shop.money.payments.provider.gateway import NO_ANSWER
from shop.money.payments.provider.reading import NOT_UNDERSTOOD, NotUnderstood

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
# Twenty hours of tries, as they grow rarer: after a day the provider forgets the key.
MOST_TRIES = 80
WAIT_FOR_MONEY = READ_AGAIN = timedelta(minutes=15)
SENDING = "sending"
"""The state, in every kind, of a row of which it is not known yet whether the provider has it."""


class Outbox[Row: models.Model, Remote](ABC):
    """How rows of one kind are carried out."""

    name: ClassVar[str]
    """What a row is called in the log."""
    waits_as: ClassVar[str] = "queued"
    """The state of a row between two tries."""
    lease: ClassVar[timedelta] = LEASE
    too_old: ClassVar[str] = "not found there after a day"
    """What a person reads of a row whose key the provider may have forgotten."""
    takes_new_keys: ClassVar[bool] = True
    """Whether a row is sent under its next key after a failure of the provider's own server."""
    key_refused: ClassVar[frozenset[str]] = frozenset({"authentication", "permission"})
    """Errors that say that our key is wrong, and nothing of what was asked."""

    @abstractmethod
    def find(self, row: Row) -> Remote | None:
        """Return what the provider has of a row, without sending anything.

        Raises:
            GatewayError: it said no, or nothing.
        """

    @abstractmethod
    def send(self, row: Row, *, at: datetime) -> Remote:
        """Ask the provider under the row's present key.

        Raises:
            GatewayError: it said no, or nothing.
        """

    @abstractmethod
    def record(self, pk: int, remote: Remote, *, at: datetime) -> None:
        """Write down the provider's answer in one transaction; safe to repeat."""

    @abstractmethod
    def lock(self, row: Row) -> Row:
        """Return the row as it is now, locked after what is locked before it."""

    @abstractmethod
    def give_up(self, row: Row, error: GatewayError, *, at: datetime) -> None:
        """Hand a locked row to a person: repeating cannot help."""

    def decides(self, row: Row, error: GatewayError, *, at: datetime) -> bool:
        """Return whether this kind has dealt with an error of a locked row in its own way."""
        return False

    @transaction.atomic
    def claim(self, due: QuerySet[Row], *, at: datetime) -> Row | None:
        """Take the first row that is due for this worker, or none; others are passed over."""
        row: Any = free_ones(due).first()
        if row is None:
            return None
        begun: dict[str, Any] = {}
        if getattr(row, "first_sent_at", row.key_until) is None:
            # Written before the call: it may be all that is known afterwards.
            begun = {"key_until": at + KEY_LIFE}
            begun |= {"first_sent_at": at} if hasattr(row, "first_sent_at") else {}
        row.move_to(SENDING, leased_until=at + self.lease, tries=row.tries + 1, **begun)
        return row

    def carry_out(self, row: Row, *, at: datetime) -> None:
        """Carry out a claimed row; whatever goes wrong with it, the next one has its turn.

        Raises:
            NotUnderstood: the row is put off, and only a person can say whether it was done.
        """
        try:
            self.record(row.pk, self.sent(row, at=at), at=at)
        except NotUnderstood as unread:
            self._put_off(row, unread, at=at)
            raise
        except GatewayError as error:
            self._put_off(row, error, at=at)
        except Exception as error:
            log.exception("%s %s met a fault of ours", self.name, row.pk)
            fault = GatewayError(f"a fault of ours: {type(error).__name__}", may_retry=True)
            self._put_off(row, fault, at=at)

    def sent(self, row: Any, *, at: datetime) -> Remote:
        """Return what the provider has made of a row; send it unless it has it already.

        Nothing is sent under a key that is so old that the provider may have forgotten it.

        Raises:
            GatewayError: it said no, or nothing, or has nothing under a key that is too old.
        """
        if at >= row.key_until:
            if found := self.find(row):
                return found
            raise GatewayError(self.too_old, may_retry=False, code="key")
        if self.takes_new_keys:
            mine = {"state": SENDING, "tries": row.tries}
            if found := found_or_next_key(row, lambda: self.find(row), at=at, **mine):
                return found
        return self.send(row, at=at)

    def _put_off(self, row: Any, error: GatewayError, *, at: datetime) -> None:
        """Try again later, or leave the row to a person."""
        wait, is_our_try = self._wait_after(error, row.tries)
        with transaction.atomic():
            now: Any = self.lock(row)
            # Only while the lease is ours: a slow worker must not undo what the next one did.
            if now.state != SENDING or now.tries != row.tries:
                return
            if self.decides(now, error, at=at):
                return
            if wait is None:
                log.error("%s %s is blocked: %s", self.name, row.pk, error)
                self.give_up(now, error, at=at)
                return
            later = note_of(row, error, at=at) if self.takes_new_keys else None
            facts = {
                "error": str(error)[:300],
                "leased_until": None,
                "tries": now.tries if is_our_try else now.tries - 1,
                **(later or {"run_after": at + wait}),
            }
            if self.waits_as == now.state:
                type(now)._base_manager.filter(pk=now.pk).update(**facts)
            else:
                now.move_to(self.waits_as, **facts)

    def _wait_after(self, error: GatewayError, tries: int) -> tuple[timedelta | None, bool]:
        """Return how long to wait, None where a person has to look; and whether the try counts.

        A try counts where what was asked may be wrong, not where nobody heard it.
        """
        if error.code in NO_ANSWER:
            return timedelta(minutes=1), False
        if error.code == NOT_UNDERSTOOD:  # it may have gone: the same key is the only safe one
            return READ_AGAIN, False
        if error.code in self.key_refused:
            log.error("a %s waits for a key that the provider takes: %s", self.name, error)
            return timedelta(minutes=5), False
        if error.may_retry and tries < MOST_TRIES:
            return timedelta(seconds=2 ** min(tries, 10)), True
        return None, True
