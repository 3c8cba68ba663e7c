"""What an upgrade runs: versions in folders, their processes, the database, nginx, the provider."""

import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tools.bench.drill.processes import quiet_port
from tools.scripts.install_test import read_unit
from tools.scripts.proving import NotSo
from tools.scripts.socket_door import serve_at

CODE = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
PATIENCE = 120  # seconds for a process to serve, or to end
GUNICORN = ["-m", "gunicorn", "config.wsgi", "--config", str(CODE / "deploy" / "gunicorn.py")]


@dataclass(slots=True)
class Version:
    """A version of the shop in a folder of its own, and those of its processes that run.

    ``periodic`` are the commands of its periodic work.
    """

    name: str
    folder: Path
    around: Mapping[str, str]
    periodic: list[list[str]]
    door: socket.socket
    web: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    rest: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def manage(self, *arguments: str, **more: str) -> str:
        """Run a command of this version and return what it says."""
        ran = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=self.folder, text=True, check=False,
            env={**self.around, **more}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        if ran.returncode:
            raise NotSo(f"{self.name}: manage.py {arguments[0]}: {ran.stdout[-1500:]}")
        return ran.stdout

    def serve(self) -> None:
        """Start web processes at the door, and wait until one of them serves."""
        mark = self.folder / "serves"
        mark.unlink(missing_ok=True)
        around = {**self.around, "RUNTIME_DIRECTORY": str(self.folder)}
        with (self.folder / "web.log").open("ab") as log:
            command = [sys.executable, *GUNICORN]
            self.web.append(serve_at(self.door, command, self.folder, around, log))
        wait_for(mark.exists, f"{self.name} does not serve: see {self.folder}/web.log")

    def work(self) -> None:
        """Start the worker and the periodic work."""
        for command in [["db_worker"], *self.periodic]:
            with (self.folder / f"{'-'.join(command)}.log").open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "manage.py", *command], cwd=self.folder, env=self.around,
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                )  # fmt: skip
            self.rest.append(process)

    def leave(self, processes: list["subprocess.Popen[bytes]"]) -> None:
        """End some of its processes as systemd does, and wait until they have ended."""
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait(PATIENCE)
        processes.clear()

    def stop(self) -> None:
        """End all of its processes, however it stands."""
        for process in [*self.web, *self.rest]:
            process.terminate()
        for process in [*self.web, *self.rest]:
            with suppress(subprocess.TimeoutExpired):
                process.wait(PATIENCE / 2)
            process.kill()


def archive(commit: str, folder: Path) -> None:
    """Write the code of a commit into a folder; of "HEAD" what lies here, committed or not."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if commit != "HEAD":
        packed = subprocess.Popen(["git", "archive", commit], cwd=CODE, stdout=subprocess.PIPE)
        subprocess.run(["tar", "x", "-C", folder], stdin=packed.stdout, check=True)
        if packed.wait():
            raise NotSo(f"git has no {commit}")
        return
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=CODE, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (CODE / name).is_file() and not name.startswith(("docs/img/", "tests/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(CODE / name, folder / name)


def python_of(folder: Path) -> list[str]:
    """Return the packages that a version asks for in other versions than the one here."""

    def asked(place: Path) -> dict[str, str]:
        lines = (place / "requirements.txt").read_text("utf-8").splitlines()
        found = (re.match(r"([\w.-]+)(?:\[.*?\])?==([\w.]+)", line) for line in lines)
        return {one[1].lower(): one[2] for one in found if one}

    here = asked(CODE)
    return [f"{name} {version}" for name, version in asked(folder).items()
            if here.get(name) != version]  # fmt: skip


def settings(folder: Path, database: str, mail: int, cache: int) -> dict[str, str]:
    """Return what both versions find in their environment, as on a machine of the shop."""
    shop, provider = quiet_port(0), quiet_port(1_000)
    return dict(os.environ) | {
        "DJANGO_SETTINGS_MODULE": "config.settings", "DATABASE_URL": database,
        "SECRET_KEY": secrets.token_urlsafe(48), "DEBUG": "0", "DEMO": "0",
        "SITE_URL": f"http://{HOST}:{shop}", "ALLOWED_HOSTS": HOST, "TRUSTED_PROXIES": HOST,
        "REDIS_URL": f"redis://{HOST}:{cache}/0", "MEDIA_ROOT": str(folder / "media"),
        "EMAIL_HOST": HOST, "EMAIL_PORT": str(mail), "PAYMENTS_SANDBOX": "1",
        "STRIPE_SECRET_KEY": "sk_test_sandbox_upgrade",
        "STRIPE_BASE_URL": f"http://{HOST}:{provider}",
        "STRIPE_WEBHOOK_SECRETS": "whsec_sandbox_upgrade",
        "EDGE_CACHE": "1", "QUEUE_AT_ONCE": "0", "WEB_CONCURRENCY": "2", "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def begin(stack: ExitStack, log: Path, command: list[str], port: int, **more: object) -> None:
    """Run something beside the shop until the end, and wait until it listens."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip
    stack.callback(process.wait, PATIENCE)
    stack.callback(process.terminate)

    def listens() -> bool:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return True
        return False

    wait_for(listens, f"{command[0]} does not start: see {log}")


def nginx_of(folder: Path, port: int, door: int) -> list[str]:
    """Write what deploy/nginx says for these ports and folders; return the command that runs it.

    Only certificates, the moves to them, and figures for a monitor are left out.
    """
    conf = (CODE / "deploy" / "nginx" / "baobab.conf").read_text("utf-8")
    upstream = conf[: conf.index("# Figures for a Prometheus")]
    site = conf[conf.rindex("\nserver {") :]
    site = re.sub(r"^ +(listen|http2|ssl_\w+|server_name) .*\n", "", site, flags=re.MULTILINE)
    site = site.replace("server {", f"server {{\n    listen {HOST}:{port};\n    server_name _;", 1)
    text = (upstream + site).replace("127.0.0.1:8100", f"{HOST}:{door}")
    for there, here in (
        ("/etc/nginx/", f"{CODE}/deploy/nginx/"), ("/opt/baobab", str(folder)),
        ("/var/log/nginx/", f"{folder}/nginx-"), ("/var/cache/nginx/", f"{folder}/nginx-"),
        ("/var/lib/baobab/", f"{folder}/"),
    ):  # fmt: skip
        text = text.replace(there, here)
    text = text.replace("root " + str(folder) + "/current/deploy/nginx;",
                        f"root {CODE}/deploy/nginx;")  # fmt: skip
    places = "".join(
        f"{name}_temp_path {folder}/nginx-{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    file = folder / "nginx.conf"
    file.write_text(
        f"{user}worker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\n"
        f"events {{ worker_connections 512; }}\nhttp {{\ninclude /etc/nginx/mime.types;\n"
        f"{places}{text}\n}}\n"
    )
    return [shutil.which("nginx") or "nginx", "-c", str(file), "-g", "daemon off;"]


def periodic_of(unit: str) -> list[str]:
    """Return the command of manage.py in a unit of systemd."""
    [line] = read_unit(CODE / "deploy" / "systemd" / f"{unit}.service")["ExecStart"]
    return line.partition("manage.py ")[2].split()


def lead(folder: Path, name: str, version: Version) -> None:
    """Let a link of the folder lead to a version, as deploy/change_over.sh does."""
    fresh = folder / f"{name}.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(version.folder)
    fresh.rename(folder / name)


def wait_for(look: object, otherwise: str, seconds: float = PATIENCE) -> None:
    """Look again until it is so.

    Raises:
        NotSo: it did not come about.
    """
    until = time.monotonic() + seconds
    while not look():  # type: ignore[operator]
        if time.monotonic() > until:
            raise NotSo(otherwise)
        time.sleep(0.1)
