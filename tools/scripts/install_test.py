"""Installs the shop as docs/how-to/install.md says, in a bare Debian 13 of a folder, and buys.

``tools/run scripts.install_test``, as root. It makes the folder with mmdebstrap, runs
``deploy/install.sh`` in it, starts what the units of systemd say as their users, opens the shop by
TLS on this machine, makes the first organizer, festival and date, buys a ticket, and runs the
script once more. systemd itself is not at work there: ``tests/setup/test_deploy.py`` lets it judge
the units.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

from tools.scripts.install_authority import authority, changes, served
from tools.scripts.install_floods import crowd, look_at_logs, park
from tools.scripts.install_shopper import HOST, SANDBOX, Shopper
from tools.scripts.proving import NotSo, expect, say

CODE = Path(__file__).resolve().parents[2]
SCRIPT = "/root/baobab/deploy/install.sh"
AT_ONCE = "--no-random-sleep-on-renew"  # minutes, so that not all of the world ask at once
MIRROR = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
UNITS = ("baobab-web", "baobab-worker", "baobab-money", "baobab-beat")
SETTINGS = {
    "OPERATOR_NAME": '"Chamber of Crafts"', "OPERATOR_ADDRESS": '"2 Moi Avenue, Nairobi"',
    "OPERATOR_COUNTRY": "KE", "TERMS_LINK": f"https://{HOST}/help/terms/",
    "SECURITY_CONTACT": "mailto:ops@shop.test", "ORGANIZER_EMAILS": "ops@shop.test",
    "DEFAULT_FROM_EMAIL": "shop@shop.test", "EMAIL_HOST": "127.0.0.1",
    "STRIPE_SECRET_KEY": "sk_test_sandbox_install",
    "STRIPE_WEBHOOK_SECRETS": "whsec_sandbox_install",
    "STRIPE_BASE_URL": SANDBOX, "PAYMENTS_SANDBOX": "1",
}  # fmt: skip
FIRST = """
from datetime import timedelta
from shop.core import clock
from shop.people.accounts.models import User
from allauth.mfa.models import Authenticator
from tests import make
from tests.shop.orders.tickets import visits
now = clock.now()
boss = User.objects.create_superuser("boss@shop.test", "a long enough password")
Authenticator.objects.create(user=boss, type="totp", data={"secret": "x"})
store = make.merchant(kind="experiences", name="Indigo Mornings")
walk = visits.experience(of=store, title="Walk")
seat = visits.session(walk, starts=now + timedelta(days=9), at=now - timedelta(days=60))[0]
live = make.festival(starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=5))
make.deal(seat, during=live, price=30_00)
print("FIRST", walk.slug, seat.pool_id)
"""
PICTURE = """
import os
from io import BytesIO
from PIL import Image
from shop.core.images.upload import store
os.umask(0o{mask})
file = BytesIO()
Image.new("RGB", (900, 600), "tan").save(file, "JPEG")
file.seek(0)
print("PICTURE", store(file, alt="A walk", by=None).sizes["jpeg"]["320"])
"""


def main() -> int:
    """Do all of it in a place of its own, which is gone afterwards; return the exit code."""
    if os.geteuid() or not shutil.which("mmdebstrap"):
        sys.stderr.write("Run this as root, with mmdebstrap: apt-get install mmdebstrap\n")
        return 1
    if "--inside" not in sys.argv:
        # Mounts and processes end with the process, however it ends.
        apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        command = [*apart, sys.executable, "-m", "tools.scripts.install_test", "--inside"]
        return subprocess.run(command, check=False).returncode
    folder = Path(tempfile.mkdtemp(prefix="baobab-install-", dir="/var/tmp"))
    begun = time.monotonic()
    # Nothing of the machine's own is mounted there: what is taken away is the folder's alone.
    test = InstallTest(folder / "root")
    try:
        test.run()
    except (NotSo, subprocess.CalledProcessError) as error:
        sys.stderr.write(f"FAILED: {error}\n")
        for log in sorted(folder.glob("*.log")):
            sys.stderr.write(f"-- {log.name}\n{log.read_text(errors='replace')[-1500:]}\n")
        return 1
    finally:
        test.stop()
        if "INSTALL_TEST_KEEP" not in os.environ:
            subprocess.run(["rm", "-rf", "--one-file-system", folder], check=False)
    say(f"1 installed, 1 bought, in {time.monotonic() - begun:.0f} s")
    return 0


class InstallTest:
    """A bare Debian in a folder, and what runs in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.running: list[subprocess.Popen[bytes]] = []

    def run(self) -> None:
        """Install, start, buy, update, and look that all is as it should be."""
        self._make_root()
        say("installing")
        said = self._install("first")
        expect("production.E009" in said, "the check does not ask for Stripe's key")
        self._fill_in()
        say("installing once more, with all settings")
        said = self._install("first")
        errors = set(re.findall(r"production\.E\d+", said))
        expect(errors == {"production.E008"}, f"beside the sandbox the check refuses {errors}")
        self._start()
        first = self._shell(FIRST)
        expect("FIRST" in first, first)
        slug, pool = first.split("FIRST", 1)[1].split()[:2]
        self._look()
        number = Shopper(self.root).buy(slug, pool)
        say(f"bought: {number}")
        said = self._shell("from shop.orders.models import Order; o = Order.objects.get(); "
                           "print('STATE', o.state, o.total)")  # fmt: skip
        expect("STATE paid 3000" in said, f"the order is {said}")
        self._manage("reconcile", "--offline")  # which fails where anything differs
        self._keep()
        self._update()
        self._fetch()

    def _update(self) -> None:
        """Install another version, which goes on with the certificate that is there."""
        say("updating to another version, with the certificate that is there")
        before = served()
        self._chroot("sh", SCRIPT, HOST, VERSION="second")
        current = os.readlink(self.root / "opt/baobab/current")
        expect(current.endswith("/second"), f"current leads to {current}")
        expect(served() == before, "an update took another certificate")

    def _fetch(self) -> None:
        """Let an authority make certificates, as on a machine that never had one."""
        before = served()
        with authority(self.root, self._chroot) as asks:
            say("a certificate by an authority")
            (self.root / "etc/nginx/sites-available/baobab").unlink()
            self._chroot("sh", SCRIPT, HOST, VERSION="second", **asks)
            fetched = served()
            expect(fetched != before, "no certificate was fetched")
            say("and its renewal, as the timer of certbot asks for it")
            self._chroot("certbot", "renew", "--quiet", "--force-renewal", AT_ONCE, **asks)
            expect(changes(fetched), "nginx serves the certificate of before its renewal")

    def stop(self) -> None:
        """End everything that runs in the folder, and take its own file systems away."""
        for process in self.running:
            process.terminate()
        for _try in range(20):
            own = [int(one.name) for one in Path("/proc").iterdir() if one.name.isdecimal()
                   and self._is_inside(one)]  # fmt: skip
            for number in own:
                with suppress(ProcessLookupError):
                    os.kill(number, signal.SIGTERM if _try < 10 else signal.SIGKILL)
            if not own:
                break
            time.sleep(0.5)
        for name in ("proc", "dev/shm"):
            subprocess.run(["umount", self.root / name], check=False, stderr=subprocess.DEVNULL)

    def _is_inside(self, process: Path) -> bool:
        try:
            return (process / "root").readlink() == self.root
        except OSError:
            return False

    def _make_root(self) -> None:
        say(f"a bare Debian 13 in {self.root}")
        make = ["mmdebstrap", "--quiet", "--variant=minbase", "--include=ca-certificates", "trixie"]
        subprocess.run([*make, self.root, MIRROR], check=True)
        subprocess.run(["mount", "-t", "proc", "proc", self.root / "proc"], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "tmpfs", self.root / "dev/shm"], check=True)
        for name in ("etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"):
            with suppress(FileNotFoundError):  # a mirror may stand between, with a name of its own
                shutil.copyfile(f"/{name}", self.root / name)
        policy = self.root / "usr/sbin/policy-rc.d"
        policy.write_text("#!/bin/sh\nexit 101\n")
        policy.chmod(0o755)
        listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(listed, cwd=CODE, capture_output=True, text=True, check=True).stdout
        for name in filter(None, names.split("\0")):
            if (CODE / name).is_file():
                place = self.root / "root/baobab" / name
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(CODE / name, place)
        (self.root / "etc/ssl/shop").mkdir()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
             "-keyout", self.root / "etc/ssl/shop/key.pem", "-subj", f"/CN={HOST}",
             "-out", self.root / "etc/ssl/shop/cert.pem",
             "-addext", f"subjectAltName=DNS:{HOST}"], check=True, capture_output=True,
        )  # fmt: skip
        # Within this namespace alone the name of the shop is this machine.
        hosts = self.root.parent / "hosts"
        hosts.write_text(f"127.0.0.1 localhost {HOST}\n")
        subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
        shutil.copyfile(hosts, self.root / "etc/hosts")

    def _chroot(self, *command: str, **more: str) -> str:
        plain = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
        found = subprocess.run(
            ["chroot", self.root, *command], env=plain | more, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
        )  # fmt: skip
        if found.returncode:
            raise NotSo(f"{shlex.join(command)}:\n{found.stdout[-3000:]}")
        return found.stdout

    def _install(self, version: str) -> str:
        pair = ("/etc/ssl/shop/cert.pem", "/etc/ssl/shop/key.pem")
        return self._chroot("sh", SCRIPT, HOST, *pair, VERSION=version)

    def _manage(self, *command: str) -> str:
        return self._chroot("baobab", *command)

    def _shell(self, code: str) -> str:
        return self._manage("shell", "--no-imports", "-c", code)

    def _fill_in(self) -> None:
        file = self.root / "etc/baobab/baobab.env"
        lines = [line for line in file.read_text().splitlines()
                 if line.partition("=")[0] not in {*SETTINGS, "EMAIL_USE_TLS"}]  # fmt: skip
        lines += [f"{name}={value}" for name, value in SETTINGS.items()]
        file.write_text("\n".join(lines) + "\n")

    def _start(self) -> None:
        """Start what the units say as their users, nginx, and the sandbox in Stripe's place."""
        # It is no part of what is installed, and stands where Stripe does.
        sandbox = [sys.executable, "-m", "tools.sandbox", "--key", SETTINGS["STRIPE_SECRET_KEY"]]
        sandbox += ["--secret", SETTINGS["STRIPE_WEBHOOK_SECRETS"]]
        with (self.root.parent / "sandbox.log").open("ab") as log:
            env = os.environ | {"PAYMENTS_SANDBOX": "1"}
            made = subprocess.Popen(sandbox, cwd=CODE, env=env, stdout=log, stderr=log)
            self.running.append(made)
        kept = dict(line.split("=", 1) for line in
                    (self.root / "etc/baobab/baobab.env").read_text().splitlines()
                    if "=" in line and not line.startswith("#"))  # fmt: skip
        kept = {name: value.strip('"') for name, value in kept.items()}
        for name in UNITS:
            unit = read_unit(self.root / f"etc/systemd/system/{name}.service")
            own = dict(one.split("=", 1) for one in unit["Environment"])
            runtime = self.root / "run" / unit["RuntimeDirectory"][0]
            runtime.mkdir(parents=True, exist_ok=True)
            self._chroot("chown", f"{unit['User'][0]}:", f"/run/{runtime.name}")
            place, env = unit["WorkingDirectory"][0], kept | own
            for command in unit["ExecStartPre"]:
                self._run(name, shlex.split(command), env, place).wait()
            self._run(name, shlex.split(unit["ExecStart"][0]), env, place)
        self._chroot("nginx")
        for _try in range(120):
            with suppress(OSError, NotSo):
                if Shopper(self.root).open("/health/ready/")[1].startswith("ready"):
                    return
            time.sleep(0.5)
        logs = "".join((self.root.parent / f"{name}.log").read_text()[-600:] for name in UNITS)
        raise NotSo(f"the shop does not answer: {logs}")

    def _run(
        self, name: str, command: list[str], env: dict[str, str], place: str
    ) -> subprocess.Popen[bytes]:
        mask = read_unit(self.root / f"etc/systemd/system/{name}.service")["UMask"][0]
        as_shop = ["/usr/sbin/chroot", "--userspec=baobab:baobab", str(self.root), "sh", "-c",
                   f"umask {mask} && cd {place} && exec {shlex.join(command)}"]  # fmt: skip
        plain = {"PATH": "/usr/bin:/bin", "HOME": "/var/lib/baobab"}
        with (self.root.parent / f"{name}.log").open("ab") as log:
            made = subprocess.Popen(as_shop, env=plain | env, stdout=log, stderr=log)
        self.running.append(made)
        return made

    def _keep(self) -> None:
        """Back up, restore beside the shop, and compare the books of what was restored."""
        say("backing up, and restoring that")
        self._chroot("/opt/baobab/current/deploy/backup.sh", "full")
        said = self._chroot("/opt/baobab/current/deploy/rehearse.sh", REHEARSE_OPTIONS="--offline")
        expect("restored: 1 orders" in said, f"not restored: {said}")
        expect("backup lacks: 0" in said, f"pictures are missing: {said}")
        say(said.strip().splitlines()[-1])
        told = self._chroot("runuser", "-u", "postgres", "--", "pgbackrest", "info")
        expect("cipher: aes-256-cbc" in told, f"backups are not encrypted: {told}")

    def _look(self) -> None:
        """Look that what runs is who it should be, and that nginx does what it promises."""
        who = self._chroot("ps", "-eo", "user:20,args") if (self.root / "bin/ps").exists() else ""
        expect("root" not in [line.split()[0] for line in who.splitlines() if "gunicorn" in line],
                "gunicorn runs as root")  # fmt: skip
        shopper = Shopper(self.root)
        answer, _text = shopper.open("/")
        expect(answer.headers["Strict-Transport-Security"] is not None, "no HSTS")
        expect(len(answer.headers["X-Request-ID"]) == 32, "no id of the request")
        style = re.search(r'href="(/static/[^"]+\.css)"', _text)
        expect(style is not None, "no style")
        kept, _css = shopper.open(style[1])  # type: ignore[index]
        expect("immutable" in kept.headers["Cache-Control"], "styles are not kept")
        expect(shopper.status("/metrics") == 404, "figures are there for everybody")
        with urllib.request.urlopen("http://127.0.0.1:8101/metrics") as figures:
            expect(b"baobab_tasks_waiting" in figures.read(), "no figures for a monitor")
        self._look_at_pictures(shopper)
        crowd(shopper)
        park(shopper)
        look_at_logs(shopper, self.root / "var/log/nginx")
        insecure = urllib.request.Request(f"http://{HOST}/products/")
        with urllib.request.urlopen(insecure, context=shopper.tls) as moved:
            expect(moved.url.startswith("https://"), "plain HTTP is not led on")

    def _look_at_pictures(self, shopper: Shopper) -> None:
        """Keep a picture as the web process does, and look at it as a visitor."""
        unit = read_unit(self.root / "etc/systemd/system/baobab-web.service")
        said = self._shell(PICTURE.format(mask=unit["UMask"][0]))
        address = said.partition("PICTURE ")[2].strip()
        expect(address.startswith("/media/"), f"no picture was made: {said}")
        answer, _text = shopper.open(address)
        expect(answer.headers["Content-Type"] == "image/jpeg", "a picture is no picture")  # type: ignore[attr-defined]


def read_unit(file: Path) -> dict[str, list[str]]:
    """Return the settings of a unit of systemd, each with all of its values."""
    found: dict[str, list[str]] = {"Environment": [], "ExecStartPre": []}
    for line in file.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith(("#", ";")):
            found.setdefault(name, []).append(value)
    return found


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main())
