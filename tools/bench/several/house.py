"""The example of deploy/several with all its machines: files and passwords, and what runs where."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tools.bench.drill.postbox import Postbox, postbox
from tools.bench.front import NOT_DRAWN
from tools.bench.preparing import collect_static, environment, fill_with_sample, tell
from tools.bench.servers import HOST, CannotMeasure
from tools.bench.several.network import EDGE, Machine, address_of, build
from tools.bench.several.programs import Program

FILES = Path(__file__).resolve().parents[3] / "deploy/several"
TREE = FILES.parents[1]
POSTGRES = Path("/usr/lib/postgresql/17/bin")
SHOP, PROVIDER, BUCKET, MAIL = 8000, 8421, 9000, 2525
DATABASES, WEB, WORK = ("db1", "db2", "db3"), ("web1", "web2"), ("work1", "work2")
WATCHES = "cache"  # stands for the machine of a Prometheus
HOLD_MINUTES = "3"
WORD = "word"  # of the bucket, which takes any
STARTS = 120  # seconds for a first database server to be there
NGINX = """
pid {place}/pid;
events {{ worker_connections 768; }}
http {{
    client_body_temp_path {place}/body; proxy_temp_path {place}/proxy;
    fastcgi_temp_path {place}/f; uwsgi_temp_path {place}/u; scgi_temp_path {place}/s;
    include {etc}/nginx-web.conf;
}}
"""
RELAY = """
listen relay_{name}
    bind {where}:{port}
    server there {there}:{port}
"""


@dataclass(slots=True)
class Several:
    """The machines, their programs by ``machine/program``, and what the judge wants to know."""

    machines: dict[str, Machine]
    programs: dict[str, Program]
    around: Mapping[str, str]
    state: Path
    mail: Postbox
    address: str
    folder: Path

    @property
    def shop(self) -> str:
        """The shop's address."""
        return self.around["SITE_URL"]

    def of(self, machine: str) -> list[Program]:
        """Return the programs of a machine."""
        return [one for name, one in self.programs.items() if name.startswith(f"{machine}/")]

    def lose(self, machine: str) -> None:
        """Let a machine lose its power."""
        self.machines[machine].lose_power()

    def bring_back(self, machine: str) -> None:
        """Start a machine again, with all that runs on it."""
        for program in self.of(machine):
            program.start()

    def roles(self) -> dict[str, str]:
        """Return the role of each database server that Patroni knows, such as ``leader``."""
        for name in DATABASES:
            with suppress(OSError, ValueError):
                where = f"http://{address_of(name)}:8008/cluster"
                with urllib.request.urlopen(where, timeout=2) as answer:
                    members = json.load(answer)["members"]
                return {row["name"]: row["role"] for row in members if row["state"] in LIVES}
        return {}

    def roles_with(self, wanted: str) -> dict[str, str]:
        """Return the roles once a server has the wanted one, or what they are after a while."""
        deadline = time.monotonic() + CATCHES_UP
        while wanted not in (roles := self.roles()).values() and time.monotonic() < deadline:
            time.sleep(0.5)
        return roles


CATCHES_UP = 30  # seconds that a turn waits for the third server
LIVES = ("running", "streaming")


@contextmanager
def house(folder: Path, kept: Path | None) -> Iterator[Several]:
    """Lend the machines with the shop on them, filled with the sample.

    Args:
        kept: a file that has the sample, or is to have it for the next time.
    """
    with ExitStack() as stack:
        machines = build(folder)
        mail = stack.enter_context(postbox(MAIL))
        built = _built(machines, folder, mail)
        for program in reversed(built.programs.values()):
            stack.callback(program.kill)
        tell("The database servers choose a first one.")
        _start(built, "etcd", "patroni", "db router", "cache")
        _wait_for_roles(built)
        _make_database(built)
        _fill(built, kept)
        with psycopg.connect(built.address) as rows:
            rows.execute(NOT_DRAWN)
        _manage(built.around | {"DATABASE_STATEMENT_SECONDS": "0"}, "bound_database")
        collect_static(built.around)
        tell("The shop starts.")
        _start(built, "bucket", "provider", "pooler", "front", "web")
        _start(built, "worker", "money", "beat", "balancer")
        built.programs["edge/balancer"].wait()
        _put_picture()
        yield built


def _start(built: Several, *names: str) -> None:
    for name in names:
        for place, program in built.programs.items():
            if place.partition("/")[2] == name:
                program.start(waits=name in ("bucket", "provider", "front", "web", "cache"))


def _built(machines: dict[str, Machine], folder: Path, mail: Postbox) -> Several:
    names = ("shop", "super", "replica", "rewind", "restapi")
    words = {name: secrets.token_urlsafe(16) for name in names}
    around = environment(folder) | {
        "ALLOWED_HOSTS": f"{HOST},shop.example",
        "SITE_URL": f"http://{HOST}:{SHOP}",
        "STRIPE_BASE_URL": f"http://{HOST}:{PROVIDER}",
        "EMAIL_HOST": EDGE, "EMAIL_PORT": str(mail.port),
        "HOLD_MINUTES": HOLD_MINUTES, "LEAST_HOLD_MINUTES": HOLD_MINUTES, "QUEUE_AT_ONCE": "0",
        "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": "/nonexistent",  # where libpq would look for a certificate of root's
        "DATABASE_URL": f"postgres://baobab:{words['shop']}@{HOST}:5000/baobab",
    }  # fmt: skip
    _write_files(folder, words)
    state = folder / "provider.jsonl"
    programs = _programs(machines, folder, around, words, state)
    return Several(machines, programs, around, state, mail, around["DATABASE_URL"], folder)


def _write_files(folder: Path, words: Mapping[str, str]) -> None:
    """Put the files of the example at their places, with no more changed than has to be."""
    etc = folder / "etc"
    etc.mkdir()
    for file in FILES.iterdir():
        shutil.copy(file, etc / file.name)
    edge = changed("haproxy-edge.cfg", {
        "    bind :443 ssl crt /etc/haproxy/shop.pem alpn h2,http/1.1\n": "",
        "    bind :80\n": f"    bind {HOST}:{SHOP}\n",
        "    http-request redirect scheme https code 301 unless { ssl_fc }\n": "",
        "X-Forwarded-Proto https": "X-Forwarded-Proto http",
        "/run/haproxy/admin.sock": str(folder / "admin.sock"),
        "/etc/haproxy/": f"{etc}/",
    })  # fmt: skip
    (etc / "haproxy-edge.cfg").write_text(edge)
    tcp = "\ndefaults\n    mode tcp\n    timeout connect 2s\n    timeout client 1h\n"
    relays = [("provider", PROVIDER), ("mail", MAIL), ("bucket", BUCKET)]
    lines = [RELAY.format(name=name, where=EDGE, there=HOST, port=port) for name, port in relays]
    (etc / "relays.cfg").write_text(f"{tcp}    timeout server 1h\n{''.join(lines)}")
    # The payment sandbox speaks with this machine alone: elsewhere this port stands for it.
    own = RELAY.format(name="provider", where=HOST, there=EDGE, port=PROVIDER)
    (etc / "relay.cfg").write_text(f"{tcp}    timeout server 1h\n{own}")
    (etc / "userlist.txt").write_text(f'"baobab" "{words["shop"]}"\n')
    pooler = (etc / "pgbouncer.ini").read_text()
    (etc / "pgbouncer.ini").write_text(pooler.replace("/etc/pgbouncer/", f"{etc}/"))
    certify(etc / "server.key", etc / "server.pem")
    _write_databases(folder, etc)
    _write_fronts(folder, etc)
    for file in etc.iterdir():
        file.chmod(0o644)
    (etc / "server.key").chmod(0o600)
    shutil.chown(etc / "server.key", "postgres")


def _write_databases(folder: Path, etc: Path) -> None:
    # Machines share the disk here: each has a socket of its own. What is archived is listed alone.
    (folder / "archive").mkdir()
    shutil.chown(folder / "archive", "postgres")
    for name in DATABASES:
        patroni = changed("patroni.yml", {
            "/etc/patroni/": f"{etc}/", "/var/run/postgresql": str(folder / name),
            "pgbackrest --stanza=baobab archive-push %p": f"touch {folder}/archive/%f",
        })  # fmt: skip
        (etc / f"{name}.yml").write_text(patroni)


def _write_fronts(folder: Path, etc: Path) -> None:
    front = changed("nginx-web.conf", {
        "/var/log/nginx/baobab.error.log": "stderr",
        "/opt/baobab/current/": f"{TREE}/",
        "10.77.0.51": address_of(WATCHES),
    })  # fmt: skip
    (etc / "nginx-web.conf").write_text(front)
    for name in WEB:
        (folder / name).mkdir()
        shutil.chown(folder / name, "www-data")
        text = NGINX.format(place=folder / name, etc=etc)
        (etc / f"{name}.conf").write_text(text)


def changed(file: str, words: Mapping[str, str]) -> str:
    """Return a file of the example with other words.

    Raises:
        CannotMeasure: it does not say one of them.
    """
    text = (FILES / file).read_text()
    for said, here in words.items():
        if said not in text:
            raise CannotMeasure(f"deploy/several/{file} does not say {said.strip()!r}.")
        text = text.replace(said, here)
    return text


def certify(key: Path, certificate: Path) -> None:
    """Make a key, and a certificate of it that its own drill believes."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=drill", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip


def _programs(
    machines: Mapping[str, Machine], folder: Path, around: Mapping[str, str],
    words: Mapping[str, str], state: Path,
) -> dict[str, Program]:  # fmt: skip
    found: dict[str, Program] = {}
    etc, plain = folder / "etc", {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def add(machine: str, name: str, *command: str, user: str = "nobody", listens: int = 0,
            env: Mapping[str, str] = plain) -> None:  # fmt: skip
        log = folder / f"{machine}-{name.replace(' ', '-')}.log"
        found[f"{machine}/{name}"] = Program(
            name, machines[machine], command, env, log, user, listens
        )

    for name in DATABASES:
        _add_database(add, name, folder, words)
    cache = "valkey-server", str(etc / "valkey.conf")
    add("cache", "cache", *cache, user="valkey", listens=6379)
    python = sys.executable
    late = around["DATABASE_URL"].replace(":5000/", ":6432/")
    # As baobab.env.example says it: through the pooler, and what holds locks past it.
    pooled = {**around, "DATABASE_URL": late, "DATABASE_POOLED": "1",
              "TRUSTED_PROXIES": f"{HOST},{EDGE}",
              "DATABASE_REPLICA_URL": f"{late}_late", "REDIS_URL": "redis://cache:6379/0",
              "WEB_CONCURRENCY": "1", "MEDIA_S3_BUCKET": "baobab",
              "MEDIA_S3_ENDPOINT": f"http://{EDGE}:{BUCKET}", "MEDIA_S3_REGION": "us-east-1",
              "MEDIA_S3_KEY": "key", "MEDIA_S3_SECRET": WORD}  # fmt: skip
    direct = {**pooled, "DATABASE_URL": around["DATABASE_URL"], "DATABASE_POOLED": "0"}
    for name in (*WEB, *WORK):
        node, relay = str(etc / "haproxy-node.cfg"), str(etc / "relay.cfg")
        add(name, "db router", "haproxy", "-db", "-f", node, "-f", relay, user="haproxy")
        add(name, "pooler", "pgbouncer", str(etc / "pgbouncer.ini"), user="postgres")
    _add_web(add, found, etc, pooled)
    for name in WORK:
        add(name, "worker", python, "manage.py", "db_worker", env=pooled)
        add(name, "money", python, "manage.py", "beat", "--part", "money", env=direct)
        add(name, "beat", python, "manage.py", "beat", "--part", "rest", env=direct)
    add("edge", "db router", "haproxy", "-db", "-f", str(etc / "haproxy-node.cfg"), "-f",
        str(etc / "relays.cfg"), user="haproxy")  # fmt: skip
    add("edge", "balancer", "haproxy", "-db", "-f", str(etc / "haproxy-edge.cfg"), user="haproxy")
    found["edge/balancer"].listens = 8404
    add("edge", "bucket", python, "-m", "moto.server", "-H", HOST, "-p", str(BUCKET),
        env=around, listens=BUCKET)  # fmt: skip
    add("edge", "provider", python, "-m", "tools.sandbox", "--port", str(PROVIDER),
        "--state", str(state),
        "--webhook", f"{around['SITE_URL']}/webhooks/stripe/", "--key", around["STRIPE_SECRET_KEY"],
        "--secret", around["STRIPE_WEBHOOK_SECRETS"], env=around,
        listens=PROVIDER)  # fmt: skip
    return found


def _add_web(
    add: Callable[..., None], found: Mapping[str, Program], etc: Path, pooled: Mapping[str, str]
) -> None:
    for name in WEB:
        front = ("nginx", "-e", "stderr", "-g", "daemon off;", "-c", str(etc / f"{name}.conf"))
        add(name, "front", *front, user="www-data", listens=8080)
        serve = ("-m", "gunicorn", "config.wsgi", "--config", "deploy/gunicorn.py")
        add(name, "web", sys.executable, *serve, env=pooled)
        found[f"{name}/web"].answers = f"http://{address_of(name)}:8080/health/live/"


def _add_database(add: object, name: str, folder: Path, words: Mapping[str, str]) -> None:
    place = folder / name
    for part, user in (("etcd", "etcd"), ("rows", "postgres")):
        (place / part).mkdir(parents=True, mode=0o700)
        shutil.chown(place / part, user)
    here, peers = address_of(name), ",".join(f"{one}=http://{one}:2380" for one in DATABASES)
    add(  # type: ignore[operator]
        name, "etcd", "etcd", "--name", name, "--data-dir", str(place / "etcd"),
        "--listen-client-urls", f"http://{here}:2379", "--advertise-client-urls",
        f"http://{name}:2379", "--listen-peer-urls", f"http://{here}:2380",
        "--initial-advertise-peer-urls", f"http://{name}:2380", "--initial-cluster", peers,
        "--log-level", "error", user="etcd", listens=2379,
    )  # fmt: skip
    env = {
        "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "HOME": str(place),
        "PATRONI_NAME": name, "PATRONI_RESTAPI_CONNECT_ADDRESS": f"{name}:8008",
        "PATRONI_POSTGRESQL_CONNECT_ADDRESS": f"{name}:5432",
        "PATRONI_POSTGRESQL_DATA_DIR": str(place / "rows"),
        "PATRONI_POSTGRESQL_PGPASS": str(place / "rows.pgpass"),
        "PATRONI_SUPERUSER_PASSWORD": words["super"],
        "PATRONI_REPLICATION_PASSWORD": words["replica"],
        "PATRONI_REWIND_PASSWORD": words["rewind"],
        "PATRONI_RESTAPI_PASSWORD": words["restapi"],
    }  # fmt: skip
    shutil.chown(place, "postgres")
    add(name, "patroni", "/usr/bin/patroni", str(folder / f"etc/{name}.yml"), user="postgres",
        listens=8008, env=env)  # type: ignore[operator]  # fmt: skip


def _wait_for_roles(built: Several) -> None:
    deadline = time.monotonic() + STARTS
    wanted = ["leader", "replica", "sync_standby"]
    while sorted(built.roles().values()) != wanted:
        if time.monotonic() > deadline:
            logs = "".join(built.programs[f"{n}/patroni"].log.read_text()[-800:] for n in DATABASES)
            raise CannotMeasure(f"No first database server: {built.roles()} {logs}")
        time.sleep(0.5)
    tell(f"The servers: {built.roles()}")


def _make_database(built: Several) -> None:
    """Make the shop's role and database, as the page says by hand."""
    first = next(name for name, role in built.roles().items() if role == "leader")
    patroni = built.programs[f"{first}/patroni"]
    word = built.address.partition("baobab:")[2].partition("@")[0]
    env = {**patroni.environment, "PGPASSWORD": patroni.environment["PATRONI_SUPERUSER_PASSWORD"]}
    for sql in (
        f"CREATE ROLE baobab LOGIN PASSWORD '{word}'",
        "CREATE DATABASE baobab OWNER baobab",
    ):
        line = ["psql", f"host={first} user=postgres dbname=postgres sslmode=require", "-qc", sql]
        subprocess.run(line, env=env, check=True)
    time.sleep(2)  # the router asks each server once a second


def _fill(built: Several, kept: Path | None) -> None:
    if kept and kept.exists():
        # Not in one transaction: who restores is no superuser, and may not comment on extensions.
        restore = [POSTGRES / "pg_restore", "--no-owner", "--no-comments", "-d", built.address]
        subprocess.run([*restore, kept], check=True)
        _manage(built.around, "migrate", "-v0")
        return
    fill_with_sample(built.around, built.address)
    if kept:
        dump = [POSTGRES / "pg_dump", "-Fc", "-f", kept, built.address]
        subprocess.run(dump, check=True)


def _manage(around: Mapping[str, str], *command: str) -> None:
    subprocess.run([sys.executable, "manage.py", *command], env=around, check=True, cwd=TREE)


def _put_picture() -> None:
    """Make the bucket, with one picture in it."""
    import boto3  # noqa: PLC0415 (a command that does not run this needs none)

    bucket = boto3.client(
        "s3", endpoint_url=f"http://{HOST}:{BUCKET}", region_name="us-east-1",
        aws_access_key_id="key", aws_secret_access_key=WORD,
    )  # fmt: skip
    bucket.create_bucket(Bucket="baobab")
    bucket.put_object(Bucket="baobab", Key="sizes/one.jpg", Body=b"picture", ACL="public-read")
