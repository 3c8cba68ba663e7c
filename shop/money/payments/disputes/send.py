"""Sends what organizers answer to a shopper's bank: once, and never without knowing."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from shop.core.errors import GatewayError
from shop.core.jobs.work import each
from shop.core.locks import lock_one
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import AnswerFile, Dispute, DisputeAnswer
from shop.money.payments.provider.doubts import found_or_next_key
from shop.money.payments.provider.gateway import RemoteDispute
from shop.money.payments.provider.outbox import Outbox
from shop.money.payments.provider.stripe_disputes import submit, upload
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders import end

log = logging.getLogger(__name__)
State = DisputeAnswer.State
BATCH = 20
WAITS = ("needs_response", "warning_needs_response", "appeal_needs_response")
"""Stripe's words for a dispute that takes evidence."""
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}


def send_answers(*, at: datetime) -> int:
    """Send what waits, and find out about what is in doubt; return how many. In the beat."""
    ids = list(_due(at).order_by("run_after", "pk").values_list("pk", flat=True)[:BATCH])

    def one(pk: int) -> bool:
        due = _due(at).filter(pk=pk)
        row = None if gateway().is_given_up else ANSWERS.claim(due, at=at)
        if row is not None:
            ANSWERS.carry_out(row, at=at)
        return row is not None

    return each("send evidence", ids, one, at=at, about=DisputeAnswer)


def _due(at: datetime) -> QuerySet[DisputeAnswer]:
    waits = Q(state=State.QUEUED) | Q(state=State.SENDING, leased_until__lte=at)
    return DisputeAnswer.objects.filter(waits, run_after__lte=at)


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


def _locked(row: DisputeAnswer) -> Dispute:
    order_id = Dispute.objects.values_list("payment__order", flat=True).get(pk=row.dispute_id)
    end.lock(order_id)
    return Dispute.objects.get(pk=row.dispute_id)


class _Answers(Outbox[DisputeAnswer, RemoteDispute]):
    """Answers to banks; anything that is not plain there is for a person."""

    name = "answer"
    lease = timedelta(minutes=5)
    key_refused = frozenset({"authentication"})

    def find(self, row: DisputeAnswer) -> RemoteDispute | None:
        now = gateway().dispute_now(Dispute.objects.get(pk=row.dispute_id).remote_id)
        return now if _is_there(row, now) else None

    def send(self, row: DisputeAnswer, *, at: datetime) -> RemoteDispute:
        dispute = Dispute.objects.get(pk=row.dispute_id)
        evidence = dict(row.texts)
        for file in row.files.select_related("paper"):
            evidence[file.field] = file.remote_id or _hand_over(row, file)
        named = {"name": str(row.key), "key": row.key_of(row.key)}
        made = submit(gateway(), dispute.remote_id, evidence, **named)
        if not _is_there(row, made):
            raise GatewayError(
                "the provider kept it and sent nothing", may_retry=False, code="kept"
            )
        return made

    def sent(self, row: DisputeAnswer, *, at: datetime) -> RemoteDispute:
        dispute = Dispute.objects.get(pk=row.dispute_id)
        now = gateway().dispute_now(dispute.remote_id)
        if _is_there(row, now):
            return now
        if now.status not in WAITS:
            said = f"the dispute is {now.status.replace('_', ' ')[:40]} there"
            raise GatewayError(said, may_retry=False, code="answered")
        if now.due_by and at >= now.due_by:
            raise GatewayError("the bank’s last day is over", may_retry=False, code="late")
        # What was read just now says that nothing was sent under the keys of before.
        found_or_next_key(row, lambda: None, at=at, state=State.SENDING, tries=row.tries)
        return self.send(row, at=at)

    @transaction.atomic
    def record(self, pk: int, remote: RemoteDispute, *, at: datetime) -> None:
        dispute = _locked(DisputeAnswer.objects.get(pk=pk))
        now = lock_one(DisputeAnswer.objects, pk)
        if now.state != State.SENDING:
            return
        now.move_to(State.SENT, sent_at=at, error="", leased_until=None, doubted_at=None)
        if dispute.state in (Dispute.State.INQUIRY, Dispute.State.OPEN):
            dispute.enter(Dispute.State.ANSWERED)
            dispute.save(update_fields=["state"])
        gate.close_by_itself(dispute, kind=MoneyTask.Kind.DISPUTE, at=at)

    def lock(self, row: DisputeAnswer) -> DisputeAnswer:
        _locked(row)
        return lock_one(DisputeAnswer.objects, row.pk)

    def give_up(self, row: DisputeAnswer, error: GatewayError, *, at: datetime) -> None:
        said = str(error)[:300]
        row.move_to(State.BLOCKED, error=said, leased_until=None)
        dispute = Dispute.objects.get(pk=row.dispute_id)
        what = f"The evidence was not sent: {said}. Send it again, or answer at the provider."
        gate.note_news(dispute, what, dispute.amount, kind=MoneyTask.Kind.DISPUTE)


ANSWERS = _Answers()
