"""What may become of each kind of money task, and by when somebody should have looked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import models

from shop.money.money_tasks.models import MoneyTask

Kind = MoneyTask.Kind


class TaskOutcome(models.TextChoices):
    """How a task is closed."""

    TRY_AGAIN = "try_again", "Try again with a new key"
    SETTLED_ELSEWHERE = "settled_elsewhere", "Settled elsewhere"
    ACCEPTED_AS_SALE = "accept_as_sale", "Accept as the sale"
    SENT_BACK = "send_back", "Send back"
    SPLIT = "split", "Split over the lines"
    WAS_OWED = "was_owed", "It was for a refund of ours"
    ANSWERED = "answered", "Answered"
    ACCEPTED = "accepted", "Accepted"
    FAULT_SPLIT = "fault_split", "Say who bears it"
    AGREED = "agree", "Agree: it is sent back"
    REPLACED = "replace", "Send it once more"
    REFUSED = "refuse", "Refuse"
    PAID_BACK = "refund", "Pay it back"
    APPROVED = "approve", "Approve and send it"
    DROPPED = "drop", "Leave it"
    PAID_AGAIN = "pay_again", "Pay it again"
    BY_HAND = "by_hand", "Drop it: it is paid by hand"
    PAID_IN = "paid_in", "It is paid in"
    EXPLAINED = "explained", "Explained"
    TRUSTED = "trust", "The account is right: use it again"
    IS_FEE = "fee", "It is a fee"
    OWN_MONEY = "own_money", "It went to our bank, or came from there"
    MATCHED = "match", "Another line undoes it"
    WRITTEN_OFF = "write_off", "Write it off"
    MADE = "made", "It is made"
    APPLIED_AGAIN = "apply_again", "Apply again"
    WRONG_ALARM = "wrong_alarm", "Wrong alarm"
    REFUNDED_NOW = "refund_now", "Refund now"
    BY_ITSELF = "by_itself", "Solved itself"


@dataclass(frozen=True, slots=True)
class KindOfTask:
    """One kind of task: its names at the desk and in an alarm, what may be done, and how soon."""

    title: str
    alarm: str
    outcomes: tuple[TaskOutcome, ...]
    due: timedelta = timedelta()


# At once where a shopper waits for money; a monitor is red while a task is overdue.
KINDS: dict[str, KindOfTask] = {
    Kind.PAYMENT_REVIEW: KindOfTask(
        "Payment differs",
        "payments to be looked at",
        (TaskOutcome.ACCEPTED_AS_SALE, TaskOutcome.SENT_BACK),
    ),
    Kind.REFUND_STUCK: KindOfTask(
        "Refund stuck",
        "refunds that did not go",
        (TaskOutcome.TRY_AGAIN, TaskOutcome.SETTLED_ELSEWHERE),
    ),
    Kind.EXTERNAL_REFUND: KindOfTask(
        "Refund from outside",
        "refunds made at the provider",
        (TaskOutcome.SPLIT, TaskOutcome.WAS_OWED),
        due=timedelta(days=1),
    ),
    Kind.DISPUTE: KindOfTask(
        "Dispute",
        "disputes",
        (TaskOutcome.ANSWERED, TaskOutcome.ACCEPTED, TaskOutcome.FAULT_SPLIT),
        due=timedelta(days=2),
    ),
    Kind.FRAUD_WARNING: KindOfTask(
        "Fraud suspected",
        "payments that a bank suspects to be fraud",
        (TaskOutcome.REFUNDED_NOW, TaskOutcome.WRONG_ALARM),
        due=timedelta(days=1),
    ),
    Kind.MESSAGE: KindOfTask(
        "Message given up",
        "messages of the payment provider that were given up",
        (TaskOutcome.APPLIED_AGAIN, TaskOutcome.WRONG_ALARM),
    ),
    Kind.REFUND_CHECK: KindOfTask(
        "Refund to approve",
        "refunds that a second person has to look at",
        (TaskOutcome.APPROVED, TaskOutcome.DROPPED),
        due=timedelta(days=1),
    ),
    Kind.PAYOUT_BACK: KindOfTask(
        "Payout came back",
        "payouts that the bank did not make",
        (TaskOutcome.PAID_AGAIN, TaskOutcome.TRUSTED),
        due=timedelta(days=3),
    ),
    Kind.PAYOUT_STUCK: KindOfTask(
        "Payout stuck",
        "payouts that the provider does not make",
        (
            TaskOutcome.PAID_AGAIN,
            TaskOutcome.TRY_AGAIN,
            TaskOutcome.BY_HAND,
            TaskOutcome.SETTLED_ELSEWHERE,
        ),
        due=timedelta(days=1),
    ),
    Kind.BALANCE: KindOfTask(
        "Balance short",
        "payouts for which the money is not there",
        (TaskOutcome.PAID_IN, TaskOutcome.EXPLAINED),
        due=timedelta(days=1),
    ),
    Kind.RETURN: KindOfTask(
        "Return to decide",
        "returns about which shopper and store do not agree",
        (
            TaskOutcome.PAID_BACK,
            TaskOutcome.AGREED,
            TaskOutcome.REPLACED,
            TaskOutcome.REFUSED,
        ),
        due=timedelta(days=2),
    ),
    Kind.DIFFERENCE: KindOfTask(
        "Difference of the night",
        "differences between books and provider",
        (TaskOutcome.EXPLAINED, TaskOutcome.IS_FEE),
        due=timedelta(days=2),
    ),
    Kind.SUSPENSE: KindOfTask(
        "Money nobody knows",
        "lines of the balance that nobody can explain",
        (
            TaskOutcome.MATCHED,
            TaskOutcome.IS_FEE,
            TaskOutcome.OWN_MONEY,
            TaskOutcome.WRITTEN_OFF,
            TaskOutcome.EXPLAINED,
        ),
        due=timedelta(days=2),
    ),
    Kind.COVER: KindOfTask(
        "Cover is broken",
        "currencies in which less is held than is owed",
        (TaskOutcome.PAID_IN, TaskOutcome.EXPLAINED),
    ),
    Kind.RECEIVABLE: KindOfTask(
        "Store owes",
        "stores that have owed for longer than 60 days",
        (TaskOutcome.PAID_IN, TaskOutcome.WRITTEN_OFF),
        due=timedelta(days=14),
    ),
    Kind.LEAVING: KindOfTask(
        "Suspended store is owed",
        "stores that are suspended or leave, and are still owed money",
        (TaskOutcome.EXPLAINED,),
        due=timedelta(days=14),
    ),
    Kind.DOCUMENT: KindOfTask(
        "Paper missing",
        "sellers whose papers are a day late",
        (TaskOutcome.MADE, TaskOutcome.EXPLAINED),
        due=timedelta(days=1),
    ),
}
