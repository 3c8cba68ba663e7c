"""The only way to queue work."""

from typing import Any

from django.tasks import Task


def enqueue(task: Task, *args: Any) -> None:
    """Queue a task inside the caller's transaction: both are committed, or neither.

    The queue is a table of our own database. Waiting for the commit instead would lose the
    job when the process dies in between. Tasks take ids, may run twice, and call a use case.
    """
    task.enqueue(*args)
