"""An authority for certificates as Let's Encrypt is one, which Debian has for tests: Pebble."""

from __future__ import annotations

import hashlib
import json
import os
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.scripts.install_shopper import HOST
from tools.scripts.proving import NotSo

PORT, PATIENCE = 14000, 20
ADDRESS = f"https://localhost:{PORT}/dir"


@contextmanager
def authority(root: Path, chroot: Callable[..., str]) -> Iterator[dict[str, str]]:
    """Let an authority work, which asks the name at port 80; give what leads certbot to it."""
    chroot("apt-get", "install", "-q", "-y", "--no-install-recommends", "pebble")
    place = root / "etc/ssl/authority"
    place.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-keyout", place / "key.pem", "-out", place / "cert.pem", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True,
    )  # fmt: skip
    own = {
        "listenAddress": f"127.0.0.1:{PORT}", "managementListenAddress": "127.0.0.1:15000",
        "certificate": "/etc/ssl/authority/cert.pem", "privateKey": "/etc/ssl/authority/key.pem",
        "httpPort": 80, "tlsPort": 443, "ocspResponderURL": "",
    }  # fmt: skip
    (place / "pebble.json").write_text(json.dumps({"pebble": own}))
    command = ["chroot", root, "pebble", "-config", "/etc/ssl/authority/pebble.json"]
    # It waits and refuses at random otherwise, to try patience that certbot has.
    env = os.environ | {"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0"}
    with (root.parent / "pebble.log").open("ab") as log:
        process = subprocess.Popen(command, env=env, stdout=log, stderr=log)
    try:
        _wait()
        yield {"ACME_SERVER": ADDRESS, "REQUESTS_CA_BUNDLE": "/etc/ssl/authority/cert.pem"}
    finally:
        process.terminate()
        process.wait()


def served() -> str:
    """Return a mark of the certificate that the shop shows."""
    return hashlib.sha256(ssl.get_server_certificate((HOST, 443)).encode()).hexdigest()


def changes(before: str) -> bool:
    """Tell whether another certificate than that one is shown within seconds."""
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if served() != before:
            return True
        time.sleep(0.5)
    return False


def _wait() -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            ssl.get_server_certificate(("localhost", PORT))
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise NotSo("the authority does not listen")
