"""Runs the work that a test queued, as the worker would."""

from django.core import mail
from django_tasks_db.models import DBTaskResult


def run_queued_work() -> int:
    """Run every queued task, in order, and what these queue; return how many."""
    done = 0
    while row := DBTaskResult.objects.ready().first():
        row.task.func(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
        row.delete()
        done += 1
    return done


def letters() -> list[mail.EmailMessage]:
    """Run every queued task and return the mail that was sent so far."""
    run_queued_work()
    return mail.outbox
