"""Sends what organizers answer to a shopper's bank: once, and never without knowing."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from shop.core.errors import GatewayError
from shop.core.jobs.work import each
from shop.core.locks import free_ones, lock_one
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import AnswerFile, Dispute, DisputeAnswer
from shop.money.payments.provider.attempts import attempt
from shop.money.payments.provider.doubts import KEY_LIFE, found_or_next_key, note_of
from shop.money.payments.provider.gateway import NO_ANSWER, RemoteDispute
from shop.money.payments.provider.reading import NOT_UNDERSTOOD
from shop.money.payments.provider.stripe_disputes import submit, upload
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders import end

log = logging.getLogger(__name__)
State = DisputeAnswer.State
LEASE = timedelta(minutes=5)
MOST_TRIES = 80
BATCH = 20
READ_AGAIN = timedelta(minutes=15)
WAITS = ("needs_response", "warning_needs_response", "appeal_needs_response")
"""Stripe's words for a dispute that takes evidence."""
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def send_answers(*, at: datetime) -> int:
    """Send what waits, and find out about what is in doubt; return how many. In the beat."""
    ids = list(_due(at).order_by("run_after", "pk").values_list("pk", flat=True)[:BATCH])

    def one(pk: int) -> bool:
        row = None if gateway().is_given_up else _claim(pk, at=at)
        if row is not None:
            _carry_out(row, at=at)
        return row is not None

    return each("send evidence", ids, one, at=at, about=DisputeAnswer)


def _due(at: datetime) -> Any:
    waits = Q(state=State.QUEUED) | Q(state=State.SENDING, leased_until__lte=at)
    return DisputeAnswer.objects.filter(waits, run_after__lte=at)


@transaction.atomic
def _claim(answer_id: int, *, at: datetime) -> DisputeAnswer | None:
    """Take an answer for this worker; a lease gives it back if the worker dies."""
    row = free_ones(_due(at).filter(pk=answer_id)).first()
    if row is None:
        return None
    row.key_until = row.key_until or at + KEY_LIFE
    row.move_to(
        State.SENDING, leased_until=at + LEASE, tries=row.tries + 1, key_until=row.key_until
    )
    return row


def _carry_out(row: DisputeAnswer, *, at: datetime) -> None:
    attempt(
        f"answer {row.key}", lambda: _sent(row, at=at), lambda error: _put_off(row, error, at=at)
    )


def _sent(row: DisputeAnswer, *, at: datetime) -> None:
    """Send an answer, or find that the provider has it; anything else there is for a person."""
    dispute = Dispute.objects.get(pk=row.dispute_id)
    now = gateway().dispute_now(dispute.remote_id)
    if _is_there(row, now):
        _record(row, at=at)
        return
    if now.status not in WAITS:
        said = f"the dispute is {now.status.replace('_', ' ')[:40]} there"
        raise GatewayError(said, may_retry=False, code="answered")
    if now.due_by and at >= now.due_by:
        raise GatewayError("the bank’s last day is over", may_retry=False, code="late")
    # What was read just now says that nothing was sent under the keys of before.
    found_or_next_key(row, lambda: None, at=at, state=State.SENDING, tries=row.tries)
    evidence = dict(row.texts)
    for file in row.files.select_related("paper"):
        evidence[file.field] = file.remote_id or _hand_over(row, file)
    made = submit(
        gateway(), dispute.remote_id, evidence, name=str(row.key), key=row.key_of(row.key)
    )
    if not _is_there(row, made):
        raise GatewayError("the provider kept it and sent nothing", may_retry=False, code="kept")
    _record(row, at=at)


def _is_there(row: DisputeAnswer, remote: RemoteDispute) -> bool:
    return remote.answer == str(row.key) and remote.submissions > 0


def _hand_over(row: DisputeAnswer, file: AnswerFile) -> str:
    paper = file.paper
    if paper is None or paper.sha256 != file.sha256:
        raise GatewayError("a document was removed", may_retry=False, code="paper")
    name = f"{file.field}.{ENDINGS[paper.kind]}"  # the store's own may name somebody
    key = row.key_of(f"{row.key}-{file.field}")
    file.remote_id = upload(gateway(), name, bytes(paper.content), key=key)
    file.save(update_fields=["remote_id"])
    return file.remote_id


@transaction.atomic
def _record(row: DisputeAnswer, *, at: datetime) -> None:
    """Write down that the bank has it; safe to repeat."""
    dispute = _locked(row)
    now = lock_one(DisputeAnswer.objects, row.pk)
    if now.state != State.SENDING:
        return
    now.move_to(State.SENT, sent_at=at, error="", leased_until=None, doubted_at=None)
    if dispute.state in (Dispute.State.INQUIRY, Dispute.State.OPEN):
        dispute.enter(Dispute.State.ANSWERED)
        dispute.save(update_fields=["state"])
    gate.close_by_itself(dispute, kind=MoneyTask.Kind.DISPUTE, at=at)


def _put_off(row: DisputeAnswer, error: GatewayError, *, at: datetime) -> None:
    """Try again later, or tell a person that it was not sent."""
    said = str(error)[:300]
    is_unheard = error.code in (*NO_ANSWER, "authentication", NOT_UNDERSTOOD)
    with transaction.atomic():
        dispute = _locked(row)
        now = lock_one(DisputeAnswer.objects, row.pk)
        # Only while the lease is ours: a slow worker must not undo what the next one did.
        if now.state != State.SENDING or now.tries != row.tries:
            return
        if is_unheard or (error.may_retry and row.tries < MOST_TRIES):
            wait = READ_AGAIN if error.code == NOT_UNDERSTOOD else timedelta(minutes=1)
            later = note_of(row, error, at=at) or {"run_after": at + wait}
            tries = row.tries - 1 if is_unheard else row.tries
            now.move_to(State.QUEUED, error=said, leased_until=None, tries=tries, **later)
            return
        log.error("answer %s is blocked: %s", row.key, error)
        now.move_to(State.BLOCKED, error=said, leased_until=None)
        what = f"The evidence was not sent: {said}. Send it again, or answer at the provider."
        gate.note_news(dispute, what, dispute.amount, kind=MoneyTask.Kind.DISPUTE)


def _locked(row: DisputeAnswer) -> Dispute:
    order_id = Dispute.objects.values_list("payment__order", flat=True).get(pk=row.dispute_id)
    end.lock(order_id)
    return Dispute.objects.get(pk=row.dispute_id)
