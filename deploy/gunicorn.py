"""How gunicorn serves the shop on a machine of its own; ``WEB_CONCURRENCY`` sets the processes."""

import multiprocessing
import os
from pathlib import Path
from typing import Any

from prometheus_client import multiprocess

bind = os.environ.get("WEB_BIND", "127.0.0.1:8100")
# A process for each core: pages are made by Python, which uses one of them at a time.
workers = int(os.environ.get("WEB_CONCURRENCY") or multiprocessing.cpu_count())
# A call to the payment provider holds one thread; pages go on in the others.
threads = int(os.environ.get("WEB_THREADS") or 4)
timeout = 60
graceful_timeout = 30
keepalive = 5
# A process is made anew now and then, not all of them at once, so that no leak lasts.
max_requests = 20_000
max_requests_jitter = 2_000
preload_app = False
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS") or "127.0.0.1,::1"
control_socket_disable = True
# nginx writes who asked for what; here stands what went wrong.
accesslog = None
errorlog = "-"


def post_worker_init(_worker: Any) -> None:
    """Say to the unit of systemd that a process serves: what was to be loaded is loaded."""
    if folder := os.environ.get("RUNTIME_DIRECTORY"):
        (Path(folder) / "serves").touch()


def child_exit(_server: Any, worker: Any) -> None:
    """Take the gauges of a process that ended out of the figures."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)
