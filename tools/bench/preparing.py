"""Prepares what is measured: databases with the sample and with many products, and servers."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tools.bench import enlarging, servers
from tools.bench.servers import CannotMeasure, NotMeasured, Server

AS_WEB, AS_BEAT = ({"DATABASE_STATEMENT_SECONDS": seconds} for seconds in ("30", "300"))
"""Lets a command plan its statements as the web server and the beat do; others are not bounded."""


def tell(text: str) -> None:
    """Say what is being done; the report alone goes to standard output."""
    print(text, file=sys.stderr, flush=True)


def trade(
    stack: ExitStack, folder: Path, environment: Mapping[str, str], *, tree: Path | None = None
) -> Server:
    """Serve the shop, with a payment sandbox of its own that reports to it.

    Args:
        tree: where the shop's code is, if not here.
    """
    port = servers.free_port()
    around = {**environment, "STRIPE_BASE_URL": f"http://{servers.HOST}:{port}"}
    shop = stack.enter_context(servers.web("config.wsgi", folder, around, tree=tree))
    stack.enter_context(servers.sandbox(shop.url, folder, around, port=port))
    return shop


def collect_static(environment: Mapping[str, str], *, tree: Path | None = None) -> None:
    """Put the static files where the servers look for them."""
    manage(environment, "collectstatic", "--noinput", "-v0", tree=tree)


def environment(folder: Path) -> dict[str, str]:
    """Return what all servers find in their environment: the settings of the demonstration."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tools.bench.settings",
        "BENCH_FOLDER": str(folder),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "DEBUG": "0",
        "DEMO": "0",
        "ALLOWED_HOSTS": servers.HOST,
        "PAYMENTS_SANDBOX": "1",
        "STRIPE_SECRET_KEY": "sk_test_sandbox_bench",
        "STRIPE_BASE_URL": f"http://{servers.HOST}:{servers.free_port()}",
        "STRIPE_WEBHOOK_SECRETS": "whsec_sandbox_bench",
        "REDIS_URL": "",
    }


def fill_with_sample(
    environment: Mapping[str, str], address: str, *, tree: Path | None = None
) -> None:
    """Fill a database with the sample."""
    tell("Loading the sample.")
    environment = environment | {"DATABASE_URL": address}
    manage(environment, "migrate", "-v0", tree=tree)
    manage(environment | {"DEMO": "1"}, "load_bench", tree=tree)
    _count(environment, address, tree=tree)


def fill_with_many(environment: Mapping[str, str], products: int, address: str) -> None:
    """Fill a database that holds the sample with so many products."""
    tell(f"Making {products:,} products.")
    enlarging.enlarge(address, products, tell)
    _count(environment, address)


def ask(environment: Mapping[str, str], *arguments: str) -> Iterator[dict[str, Any]]:
    """Yield what a command of the shop says, each line of it when it is there.

    Raises:
        NotMeasured: it fails; what it said before counts.
    """
    command = [sys.executable, "manage.py", *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            yield json.loads(line)
    if process.returncode:
        raise NotMeasured(f"manage.py {arguments[0]} ended with {process.returncode}")


def _count(environment: Mapping[str, str], address: str, *, tree: Path | None = None) -> None:
    """Do at once what beat and server would do in the background while we measure."""
    enlarging.tidy(address)  # counting wants to know how much there is
    # Nobody waits for it here: it may take longer than a statement of the shop may.
    patient = environment | {"DATABASE_URL": address, "DATABASE_STATEMENT_SECONDS": "0"}
    manage(patient, "recount_bench", tree=tree)
    enlarging.tidy(address)


def manage(environment: Mapping[str, str], *arguments: str, tree: Path | None = None) -> None:
    """Run a command of the shop.

    Raises:
        CannotMeasure: it fails.
    """
    command = [sys.executable, "manage.py", *arguments]
    ran = subprocess.run(command, env=environment, cwd=tree, stdout=sys.stderr, check=False)
    if ran.returncode:
        raise CannotMeasure(f"manage.py {arguments[0]} failed, for the reason above.")
