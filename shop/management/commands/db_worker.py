import os
from typing import Any

from django.utils.autoreload import DJANGO_AUTORELOAD_ENV, run_with_reloader
from django_tasks_db.management.commands.db_worker import Command as QueueCommand

from shop.core.workers.work import LivingWorker


class Command(QueueCommand):
    help = "Do the queued work until stopped: mail, pictures. Several may run at once."

    def handle(self, *, verbosity: int, reload: bool, **options: Any) -> None:
        """Run a worker that comes back when the database was away."""
        names = ("interval", "batch", "backend_name", "startup_delay", "max_tasks", "worker_id")
        worker = LivingWorker(
            queue_names=options["queue_name"].split(","),
            excluded_queue_names=[n for n in options["exclude_queues"].split(",") if n],
            **{name: options[name] for name in names},
        )
        if not reload or options["batch"]:
            worker.configure_signals()
            worker.run()
            return
        if os.environ.get(DJANGO_AUTORELOAD_ENV) == "true":
            worker.configure_signals()  # in the child that works, not in the one that watches
        run_with_reloader(worker.run)
