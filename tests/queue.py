"""Runs the work that a test queued, as the worker would."""

from django_tasks_db.models import DBTaskResult


def run_queued_work() -> int:
    """Run every queued task once, in order; return how many."""
    ready = list(DBTaskResult.objects.ready())
    for row in ready:
        row.task.func(*row.args_kwargs["args"], **row.args_kwargs["kwargs"])
        row.delete()
    return len(ready)
