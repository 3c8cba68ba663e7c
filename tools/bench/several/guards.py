"""Asks from one machine what another must refuse it, and says what it was answered wrongly."""

import subprocess
import sys
from base64 import b64encode

from tools.bench.several.house import DATABASES, WATCHES, Several

SAME = '{"loop_wait": 5}'  # as it is already
ASK = """
import http.client, sys
host, method, path, body, *said = sys.argv[1:]
line = http.client.HTTPConnection(host, timeout=5)
try:
    line.request(method, path, body or None, dict(one.split("=", 1) for one in said))
    print(line.getresponse().status)
except OSError:
    print(0)
"""


def unguarded(built: Several) -> list[str]:
    """Return where a machine of the network was let in that should not be, or kept out."""
    word = built.programs["db1/patroni"].environment["PATRONI_RESTAPI_PASSWORD"]
    known = "Authorization=Basic " + b64encode(f"baobab:{word}".encode()).decode()
    forged = "X-Forwarded-For=127.0.0.1"
    config = ("db1:8008", "PATCH", "/config", SAME)
    asked = [
        *((one, 401, (*config,)) for one in DATABASES),
        ("db2", 401, ("db1:8008", "POST", "/restart", "{}")),
        ("db2", 200, (*config, known)),
        ("web1", 403, (*config, known)),
        ("web1", 200, ("db1:8008", "GET", "/cluster", "")),
        ("edge", 200, ("web1:8080", "GET", "/health/live/", "", "Host=shop.example")),
        ("work1", 403, ("web1:8080", "GET", "/health/live/", "", "Host=shop.example", forged)),
        ("edge", 403, ("web1:8101", "GET", "/metrics", "")),
        (WATCHES, 200, ("web1:8101", "GET", "/metrics", "")),
        ("edge", 0, ("web1:8100", "GET", "/health/live/", "", "Host=shop.example", forged)),
    ]
    return [
        f"{one} asked {rest[0]} for {rest[1]} {rest[2]}: {found} and not {wanted}"
        for one, wanted, rest in asked
        if (found := _answer(built, one, *rest)) != wanted
    ]


def _answer(built: Several, name: str, *asked: str) -> int:
    command = built.machines[name].command("nobody", sys.executable, "-c", ASK, *asked)
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
