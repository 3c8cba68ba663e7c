"""Sends requests with the program wrk, which takes less from the machine than Python does."""

import json
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence

from tools.bench.load import CONNECTIONS, Load, Request

SCRIPT = """
local requests = {%s}
local expected = {%s}
local at = 0
local threads = {}
bad = 0
function setup(thread) table.insert(threads, thread) end
function request()
  at = at %% #requests + 1
  return wrk.format(unpack(requests[at], 1, 4))
end
function response(status) if not expected[status] then bad = bad + 1 end end
function done(summary, latency)
  local wrong = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.timeout
  for _, thread in ipairs(threads) do wrong = wrong + thread:get("bad") end
  io.write(string.format("FOUND %%d %%d %%d %%d\\n",
    summary.requests, summary.duration, latency:percentile(50), wrong))
end
"""


def is_there() -> bool:
    """Tell whether the program is installed."""
    return shutil.which("wrk") is not None


def send(site: str, requests: Sequence[Request], seconds: float) -> Load:
    """Send requests in turn over four connections, each waiting for its answer.

    Raises:
        RuntimeError: wrk failed; the text is its own.
    """
    tables = ",".join(_table(request) for request in requests)
    expected = ",".join(f"[{status}]=true" for status in {r.expected for r in requests})
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % (tables, expected))
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s"]
        command += ["--timeout", "30s", "-s", script.name, site]
        ran = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"FOUND (\d+) (\d+) (\d+) (\d+)", ran.stdout)
    if not found:
        raise RuntimeError(ran.stdout + ran.stderr)
    answered, duration, median, errors = (int(number) for number in found.groups())
    return Load(answered, duration / 1e6, median / 1e3, errors)


def _table(request: Request) -> str:
    headers = ",".join(f"[{json.dumps(name)}]={json.dumps(text)}" for name, text in request.headers)
    body = json.dumps(request.body) if request.body else "nil"
    return f"{{{json.dumps(request.method)},{json.dumps(request.path)},{{{headers}}},{body}}}"
