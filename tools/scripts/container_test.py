"""Builds the images of deploy/container, and runs what compose.yaml says in them.

``tools/run scripts.container_test``, as root with mmdebstrap, buildah and netavark of Debian. No
engine is needed: buildah builds with a Debian 13 that mmdebstrap makes, and each process is started
in a read-only file system of its image, as the user, with the command, settings and folders that
``compose.yaml`` names, beside the embedded database of tests. What is not tried so are the engine's
networks and the images of PostgreSQL and Valkey.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import yaml

from config import embedded
from config.embedded.databases import drop
from tools.scripts.proving import NotSo, expect, say

CODE = Path(__file__).resolve().parents[2]
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
HOST, DATABASE = "shop.test", f"baobab_container_{os.getpid()}"
PORT = int(os.environ.get("CONTAINER_TEST_PORT", "8210"))
WEB, PLAIN, TLS, FIGURES = PORT, PORT + 1, PORT + 2, PORT + 3
TOOLS = ("buildah", "mmdebstrap", "unshare", "openssl")
NODES = {"null": 3, "zero": 5, "random": 8, "urandom": 9}  # what a process finds in /dev
PARTS = ("web", "worker", "money", "beat")
SETTINGS = {
    "SITE_URL": f"https://{HOST}", "ALLOWED_HOSTS": HOST, "SERVER_NAME": HOST, "LOG_FORMAT": "json",
    "SECRET_KEY": "of-this-run-alone" * 4, "PAYOUT_SECRET": "another-of-this-run" * 4,
    "STRIPE_SECRET_KEY": "sk_test_sandbox_container", "STRIPE_BASE_URL": "http://127.0.0.1:9",
    "STRIPE_WEBHOOK_SECRETS": "whsec_sandbox_container", "PAYMENTS_SANDBOX": "1",
    "DATABASE_PASSWORD": "-", "WEB_BIND": f"127.0.0.1:{WEB}",
    "WEB_ADDRESS": f"127.0.0.1:{WEB}", "TRUSTED_PROXIES": "127.0.0.1", "REDIS_URL": "",
    "WEB_CONCURRENCY": "1", "HTTP_PORT": str(PLAIN), "HTTPS_PORT": str(TLS),
    "FIGURES_PORT": str(FIGURES),
}  # fmt: skip


def main() -> int:
    """Do all of it in a place of its own, which is gone afterwards; return the exit code."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if os.geteuid() or missing:
        sys.stderr.write("Run this as root, with apt-get install mmdebstrap buildah netavark\n")
        return 1
    if "--inside" in sys.argv:
        return _inside(*sys.argv[-2:])
    folder = Path(tempfile.mkdtemp(prefix="baobab-container-", dir="/var/tmp"))
    was_running = embedded.address("test") is not None
    embedded.provide("test")
    try:
        url = _make_database()
        # Mounts and processes end with this process, however it ends; only then the folder goes.
        apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        command = [*apart, sys.executable, "-m", "tools.scripts.container_test", "--inside"]
        return subprocess.run([*command, folder, url], cwd=CODE, check=False).returncode
    finally:
        _drop_database()
        if not was_running:
            embedded.stop("test")
        if "CONTAINER_TEST_KEEP" not in os.environ:
            subprocess.run(["rm", "-rf", "--one-file-system", folder], check=False)


def _inside(place: str, url: str) -> int:
    begun = time.monotonic()
    folder = Path(place)
    test = ContainerTest(folder, url)
    try:
        test.run()
    except (NotSo, OSError, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"FAILED: {error}\n")
        for log in sorted(folder.glob("*.log")):
            sys.stderr.write(f"-- {log.name}\n{log.read_text(errors='replace')[-1500:]}\n")
        return 1
    finally:
        test.stop()
    say(f"2 images built, {len(PARTS) + 1} processes ran in them, "
         f"in {time.monotonic() - begun:.0f} s")  # fmt: skip
    return 0


class ContainerTest:
    """Two images, and processes in them."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        compose = yaml.safe_load((CODE / "deploy/container/compose.yaml").read_text("utf-8"))
        self.services: dict[str, dict[str, Any]] = compose["services"]

    def run(self) -> None:
        """Build, look at what was built, start it, and ask it."""
        self._make_base()
        places = {name: self._build(name) for name in ("shop", "proxy")}
        self._look(places["shop"])
        self._prepare(places)
        self._start("migrate", places["shop"])
        expect(self.running.pop("migrate").wait(900) == 0, "the tables are not migrated")
        for part in PARTS:
            self._start(part, places["shop"])
        self._wait(places["shop"])
        self._start("proxy", places["proxy"])
        self._ask()
        self._end()

    def stop(self) -> None:
        """End what still runs."""
        for process in self.running.values():
            process.kill()
            process.wait()

    def _make_base(self) -> None:
        say("a bare Debian 13 to build upon")
        # A mirror may stand between, with a certificate of its own.
        known = "copy-in /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs"
        made = ["mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates"]
        base = self.folder / "base"
        base.mkdir()
        command = [*made, f"--customize-hook={known}", "trixie", base / "base.tar", MIRROR]
        subprocess.run(command, check=True)
        (base / "Containerfile").write_text("FROM scratch\nADD base.tar /\n")
        self._buildah("build", *self._apart(), "-t", "localhost/debian", str(base))

    def _build(self, target: str) -> Path:
        """Build one image of the Containerfile; return where its files lie."""
        say(f"building {target}")
        begun = time.monotonic()
        self._buildah(
            "build", *self._apart(), "--layers", "--build-arg", "BASE=localhost/debian",
            "--build-arg", "REQUIREMENTS=requirements.lock requirements-s3.lock",
            "--file", "deploy/container/Containerfile", "--target", target,
            "-t", f"localhost/{target}", ".",
        )  # fmt: skip
        made = json.loads(self._buildah("inspect", "--type", "image", f"localhost/{target}"))
        config = made["OCIv1"]["config"]
        expect(config["User"] == "10001:10001", f"{target} runs as {config['User']}")
        expect(not re.search(r"SECRET|PASSWORD|DATABASE_URL", " ".join(config["Env"])),
                f"{target} holds a secret: {config['Env']}")  # fmt: skip
        working = self._buildah("from", f"localhost/{target}").strip()
        place = Path(self._buildah("mount", working).strip())
        size = int(subprocess.check_output(["du", "-sxk", place]).split()[0]) // 1024
        say(f"{target}: {size} MB on the disk, in {time.monotonic() - begun:.0f} s")
        return place

    def _apart(self) -> list[str]:
        """Return how a build is kept apart without an engine, and without raising limits."""
        files, processes = (resource.getrlimit(kind)[1] for kind in
                            (resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC))  # fmt: skip
        return ["--isolation", "chroot", "--network", "host", "--ulimit", f"nofile={files}:{files}",
                "--ulimit", f"nproc={processes}:{processes}"]  # fmt: skip

    def _buildah(self, *command: str) -> str:
        driver = "overlay" if "\toverlay\n" in Path("/proc/filesystems").read_text() else "vfs"
        store = ["--root", f"{self.folder}/store", "--runroot", f"{self.folder}/run"]
        asked = ["buildah", *store, "--storage-driver", driver, *command]
        found = subprocess.run(asked, cwd=CODE, capture_output=True, text=True, check=False)
        if found.returncode:
            raise NotSo(f"{' '.join(command)}:\n{found.stdout[-1500:]}{found.stderr[-3000:]}")
        return found.stdout

    def _look(self, place: Path) -> None:
        """Look that the image holds the shop and nothing that was not meant for it."""
        code = place / "opt/baobab/current"
        there = {one.name for one in code.iterdir()}
        rules = (CODE / ".dockerignore").read_text("utf-8").splitlines()
        meant = {rule[1:] for rule in rules if rule.startswith("!")} | {"static_root", ".venv"}
        expect(there == meant, f"the image holds {sorted(there ^ meant)}")
        expect((code / "static_root/staticfiles.json").is_file(), "styles are not gathered")
        others = [one for one in code.rglob("*") if one.lstat().st_uid or one.name == ".env"]
        expect(not others, f"these are not root's, or settings: {others[:3]}")
        media = (place / "var/lib/baobab/media").stat()
        expect(media.st_uid == 10001, "pictures cannot be written")

    def _prepare(self, places: dict[str, Path]) -> None:
        """Give each image a read-only root with the folders that a container has."""
        media = self.folder / "media"
        media.mkdir()
        (media / "seen.webp").write_bytes(b"RIFF")
        os.chown(media, 10001, 10001)
        secrets = self.folder / "secrets"
        secrets.mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
             "-keyout", secrets / "key", "-out", secrets / "certificate", "-subj", f"/CN={HOST}",
             "-addext", f"subjectAltName=DNS:{HOST},IP:127.0.0.1"], check=True, capture_output=True,
        )  # fmt: skip
        for one in secrets.iterdir():
            os.chown(one, 10001, 10001)
        for name, place in places.items():
            (place / "var/lib/baobab/media").mkdir(parents=True, exist_ok=True)
            _mount("--bind", place, place)
            for folder, options in (("dev", "mode=755"), ("run", "mode=755"), ("tmp", "mode=1777")):
                _mount("-t", "tmpfs", "-o", options, "tmpfs", place / folder)
            for node, minor in NODES.items():
                os.mknod(place / "dev" / node, 0o666 | 0o020000, os.makedev(1, minor))
                (place / "dev" / node).chmod(0o666)
            for number, stream in enumerate(("stdin", "stdout", "stderr")):
                (place / "dev" / stream).symlink_to(f"/proc/self/fd/{number}")
            (place / "dev/shm").mkdir(mode=0o1777)
            _mount("-t", "proc", "proc", place / "proc")
            _mount("--bind", media, place / "var/lib/baobab/media")
            if name == "proxy":
                self._prepare_proxy(place, secrets)
            _mount("-o", "remount,bind,ro", place, place)

    def _prepare_proxy(self, place: Path, secrets: Path) -> None:
        """Give the proxy its secrets, and the volume for what visitors send."""
        bodies = self.folder / "bodies"
        bodies.mkdir()
        os.chown(bodies, 10001, 10001)
        _mount("--bind", bodies, place / "var/spool/baobab")
        shutil.copytree(secrets, place / "run/secrets")
        for one in (place / "run/secrets").iterdir():
            os.chown(one, 10001, 10001)

    def _start(self, name: str, place: Path) -> None:
        """Start a service with what compose.yaml says of it, without any power."""
        service = self.services[name]
        expect(service["read_only"] and service["cap_drop"] == ["ALL"], f"{name} has powers")
        user, group = service["user"].split(":")
        runtime = place / "run/baobab"
        if any(one.startswith("/run/baobab:") for one in service["tmpfs"]):
            # Each container has one of its own.
            runtime = place / "run" / name
            runtime.mkdir(mode=0o750)
            os.chown(runtime, int(user), int(group))
        env = {key: _filled(value) for key, value in service["environment"].items()}
        env |= SETTINGS | {"DATABASE_URL": self.url, "PATH": "/usr/sbin:/usr/bin:/bin",
                           "PROMETHEUS_MULTIPROC_DIR": f"/run/{name}/metrics",
                           "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}  # fmt: skip
        begins = "/opt/baobab/current/deploy/container/"
        command = [f"{begins}proxy.sh"]
        if "command" in service:
            command = [f"{begins}start.sh", *service["command"]]
        with (self.folder / f"{name}.log").open("ab") as log:
            os.fchown(log.fileno(), int(user), int(group))  # as an engine lets it be written anew
            self.running[name] = subprocess.Popen(
                _within(place, user, group, command), env=env, stdout=log, stderr=log
            )

    def _wait(self, place: Path) -> None:
        """Wait until the health check of compose.yaml says that the shop is ready."""
        check = self.services["web"]["healthcheck"]["test"][1:]
        for _try in range(120):
            asked = _within(place, "10001", "10001", check)
            if not subprocess.run(asked, env=SETTINGS, check=False).returncode:
                return
            time.sleep(0.5)
        raise NotSo("the web process is not ready")

    def _ask(self) -> None:
        """Ask the shop through its proxy."""
        known = ssl.create_default_context(cafile=str(self.folder / "secrets/certificate"))
        known.check_hostname = False
        for _try in range(40):
            with suppress(OSError):
                _open(known, "/health/ready/")
                break
            time.sleep(0.25)
        expect(_open(known, "/health/ready/")[1] == b"ready\n", "not ready through the proxy")
        page = _open(known, "/")[1].decode()
        style = re.search(r'href="(/static/[^"]+\.css)"', page)
        expect(style is not None, "the first page has no style")
        headers, _css = _open(known, style[1])  # type: ignore[index]
        expect("immutable" in headers["Cache-Control"], "styles do not come from nginx")
        expect(_open(known, "/media/seen.webp")[1] == b"RIFF", "pictures do not come from nginx")
        for part in (*PARTS, "proxy"):
            expect(self.running[part].poll() is None, f"{part} has ended")

    def _end(self) -> None:
        """Tell each process to end, and look that it does, by itself and at once."""
        for name, process in self.running.items():
            process.send_signal(signal.SIGQUIT if name == "proxy" else signal.SIGTERM)
        for name, process in self.running.items():
            begun = time.monotonic()
            with suppress(subprocess.TimeoutExpired):
                process.wait(60)
            expect(process.poll() in (0, -signal.SIGTERM), f"{name} ended with {process.poll()}")
            say(f"{name} ended within {time.monotonic() - begun:.1f} s")


def _make_database() -> str:
    """Make an empty database, and return its address."""
    _drop_database()
    address = embedded.address("test") or ""
    with psycopg.connect(address, autocommit=True) as line:
        line.execute(f"CREATE DATABASE {DATABASE}")
    return f"{address.rpartition('/')[0]}/{DATABASE}"


def _drop_database() -> None:
    with psycopg.connect(embedded.address("test") or "", autocommit=True) as line:
        drop(line, DATABASE)


def _filled(value: object) -> str:
    """Return a value of compose.yaml with the settings that it names."""
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: SETTINGS[found[1]], str(value))


def _within(place: Path, user: str, group: str, command: list[str]) -> list[str]:
    """Return a command that runs in an image as its user, with all powers taken away."""
    apart = ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups",
             "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all"]  # fmt: skip
    moved = ["sh", "-c", 'cd /opt/baobab/current && exec "$@"', "sh", *command]
    return ["/usr/sbin/chroot", str(place), *apart, *moved]


def _mount(*command: object) -> None:
    subprocess.run(["mount", *map(str, command)], check=True)


def _open(known: ssl.SSLContext, path: str) -> tuple[Any, bytes]:
    asked = urllib.request.Request(f"https://127.0.0.1:{TLS}{path}", headers={"Host": HOST})
    try:
        with urllib.request.urlopen(asked, timeout=30, context=known) as answer:
            return answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        if error.code == 503:
            raise OSError("not yet") from error
        raise NotSo(f"{path} says {error.code}") from error


if __name__ == "__main__":
    sys.exit(main())
