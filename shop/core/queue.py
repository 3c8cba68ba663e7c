"""The queue, in which tasks keep the names of version 1.0: both versions find their functions."""

from typing import Any

from django.tasks import Task
from django_tasks_db import DatabaseBackend

from shop.core.earlier_names import of_version_1_0


class QueuedTask(Task[..., Any]):
    """A task whose name in the queue does not change while its module moves."""

    __slots__ = ()

    @property
    def module_path(self) -> str:
        """Return the dotted path by which the worker of either version finds the function."""
        return of_version_1_0(f"{self.func.__module__}.{self.func.__qualname__}")


class Queue(DatabaseBackend):
    """The queue of django-tasks in our own database."""

    task_class = QueuedTask
