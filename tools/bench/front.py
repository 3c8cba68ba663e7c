"""Serves the shop as deploy/ does it on one machine: nginx, gunicorn, PgBouncer, Valkey, workers.

Without TLS, since whoever measures speaks none, and on loopback; everything else of nginx's file is
used as it is.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from tools.bench import servers
from tools.bench.browser import Browser
from tools.bench.drill.processes import Process
from tools.bench.preparing import manage
from tools.bench.servers import HOST, CannotMeasure, Server

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
PROGRAMS = {"nginx": "nginx-light", "pgbouncer": "pgbouncer", "valkey-server": "valkey-server"}
# No picture of the sample is drawn here, and none is to be missed.
NOT_DRAWN = """UPDATE shop_picture SET sizes = sizes || '{"share": {"1200": "/media/none.jpg"}}'"""
MAIN = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
worker_processes auto;
worker_rlimit_nofile 20000;
events {{ worker_connections 8192; }}
http {{
    include /etc/nginx/mime.types;
    sendfile on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    {site}
}}
"""
POOLER = """
[databases]
{name} = host={host} port={port} dbname={name}
[pgbouncer]
listen_addr = {own}
listen_port = {listens}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users.txt
pool_mode = transaction
default_pool_size = 20
max_client_conn = 500
max_prepared_statements = 500
log_connections = 0
log_disconnections = 0
"""


@dataclass(frozen=True, slots=True)
class Front(Server):
    """Where visitors ask, and what an administrator would steer.

    ``bounded`` is the same nginx with its bounds for one address as they are in production,
    ``behind`` the web server itself, ``web`` its process.
    """

    bounded: str = ""
    behind: str = ""
    web: int = 0
    provider: Process | None = None


def trade_behind(stack: ExitStack, folder: Path, environment: Mapping[str, str]) -> Front:
    """Serve the shop with all that stands before and behind it.

    Raises:
        CannotMeasure: a program is not on this machine.
    """
    if lacking := [package for name, package in PROGRAMS.items() if not shutil.which(name)]:
        raise CannotMeasure(f"This needs: apt-get install {' '.join(lacking)}")
    manage(environment, "bound_database")
    with psycopg.connect(environment["DATABASE_URL"]) as rows:
        rows.execute(NOT_DRAWN)
    port, bounded, web, till = (servers.free_port() for _n in range(4))
    around = {
        **environment,
        "SITE_URL": f"http://{HOST}:{port}", "STRIPE_BASE_URL": f"http://{HOST}:{till}",
        "REDIS_URL": f"redis://{HOST}:{_valkey(stack, folder, environment)}/0",
        "TRUSTED_PROXIES": HOST, "EDGE_CACHE": "1", "QUEUE_AT_ONCE": "0",
        "WEB_BIND": f"{HOST}:{web}", "ALLOWED_HOSTS": HOST,
    }  # fmt: skip
    pooled = around | {"DATABASE_URL": _pooler(stack, folder, environment), "DATABASE_POOLED": "1"}
    python = sys.executable
    serve = [python, "-m", "gunicorn", "config.wsgi", "--config", str(DEPLOY / "gunicorn.py")]
    gunicorn = stack.enter_context(servers.running(serve, web, folder, pooled))
    before = _nginx(folder, port, bounded, web)
    stack.enter_context(servers.running(before, port, folder, around))
    for name, own, env in (
        ("worker", ["db_worker"], pooled),
        ("money", ["beat", "--part", "money"], around),
        ("beat", ["beat", "--part", "rest"], around),
    ):
        command = [python, "manage.py", *own]
        stack.enter_context(servers.running(command, 0, folder, env, name=name))
    shop = Front(port, 0, f"http://{HOST}:{bounded}", f"http://{HOST}:{web}", gunicorn.pid,
                 _provider(folder, around, till))  # fmt: skip
    stack.callback(shop.provider.stop)
    shop.provider.start()
    Browser(shop.url).get("/health/live/")  # its processes are loaded when one has answered
    return shop


def _provider(folder: Path, around: Mapping[str, str], port: int) -> Process:
    command = (
        sys.executable, "-m", "tools.sandbox", "--port", str(port),
        "--webhook", f"{around['SITE_URL']}/webhooks/stripe/", "--key", around["STRIPE_SECRET_KEY"],
        "--secret", around["STRIPE_WEBHOOK_SECRETS"],
    )  # fmt: skip
    return Process("provider", command, around, folder / "provider.log", port)


def _valkey(stack: ExitStack, folder: Path, environment: Mapping[str, str]) -> int:
    port = servers.free_port()
    command = ["valkey-server", "--bind", HOST, "--port", str(port), "--save", "", "--appendonly",
               "no", "--dir", str(folder)]  # fmt: skip
    stack.enter_context(servers.running(command, port, folder, environment))
    return port


def _pooler(stack: ExitStack, folder: Path, environment: Mapping[str, str]) -> str:
    """Start PgBouncer before the database; return the address of the same rows behind it."""
    there, port = urlsplit(environment["DATABASE_URL"]), servers.free_port()
    (folder / "users.txt").write_text(f'"{there.username}" "{there.password or ""}"\n')
    said = POOLER.format(name=there.path.strip("/"), host=there.hostname, port=there.port, own=HOST,
                         listens=port, folder=folder)  # fmt: skip
    (folder / "pgbouncer.ini").write_text(said)
    for file in ("users.txt", "pgbouncer.ini"):
        (folder / file).chmod(0o644)
    folder.chmod(0o755)
    # It refuses to run as root.
    command = ["setpriv", "--reuid=nobody", "--clear-groups", "pgbouncer",
               str(folder / "pgbouncer.ini")]  # fmt: skip
    stack.enter_context(servers.running(command, port, folder, environment))
    return there._replace(netloc=f"{there.username}@{HOST}:{port}").geturl()


def _nginx(folder: Path, port: int, bounded: int, web: int) -> list[str]:
    """Write nginx's files for loopback, and return its command."""
    site = (DEPLOY / "nginx/baobab.conf").read_text()
    head = site[: site.index("# Figures for a Prometheus")]
    shop = site[site.rindex("\nserver {") :]  # the others have figures, and lead to TLS
    shop = re.sub(r"(?m)^    (ssl_|http2|listen).*\n", "", shop)
    listen = f"listen {HOST}:{{}} backlog=4096;"
    # Here all visitors come from one machine: at one port its bounds for one address count, at the
    # other they do not.
    free = re.sub(r"(?m)^ *limit_(conn|req) .*\n", "", shop)
    text = head + "".join(
        one.replace("server_name SERVER_NAME;", listen.format(where))
        for one, where in ((free, port), (shop, bounded))
    )
    for said, here in (
        ("127.0.0.1:8100", f"{HOST}:{web}"),
        ("/var/cache/nginx/baobab", f"{folder}/pages"),
        ("/var/log/nginx/", f"{folder}/"),
        ("/opt/baobab/current/static_root/", f"{folder}/static/"),
        ("/opt/baobab/current/deploy/nginx", str(DEPLOY / "nginx")),
        ("/var/lib/baobab/media/", f"{folder}/media/"),
        ("/etc/nginx/baobab-proxy.conf", str(DEPLOY / "nginx/baobab-proxy.conf")),
    ):
        text = text.replace(said, here)
    file = folder / "nginx.conf"
    file.write_text(MAIN.format(folder=folder, site=text))
    tried = subprocess.run(["nginx", "-t", "-q", "-c", file], capture_output=True, text=True,
                           check=False)  # fmt: skip
    if tried.returncode:
        raise CannotMeasure(f"nginx refuses its file: {tried.stderr}")
    return ["nginx", "-c", str(file)]
