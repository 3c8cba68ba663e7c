"""The files of deploy/several name machines of the drill, and settings that the shop knows."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from bench.several.network import HOSTS

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "deploy" / "several"


def test_each_setting_of_the_example_is_one_that_the_shop_reads():
    known = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    lines = (FILES / "baobab.env.example").read_text("utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}

    own = {"WEB_BIND"}  # of deploy/gunicorn.py
    assert [name for name in sorted(names - own) if f"`{name}`" not in known] == []


def test_each_machine_that_is_named_is_one_of_the_example():
    named = set()
    for file in ("haproxy-edge.cfg", "haproxy-node.cfg", "patroni.yml", "baobab.env.example"):
        text = (FILES / file).read_text("utf-8")
        named |= set(re.findall(r"\b(?:web|work|db)\d\b|\b(?:cache|bucket)(?=:\d)", text))

    assert named <= set(HOSTS)
    assert {"web1", "web2", "db1", "db2", "db3", "cache", "bucket"} <= named


def test_visitors_get_pages_while_the_database_is_away():
    text = (FILES / "haproxy-edge.cfg").read_text("utf-8")

    assert "uri /health/live/" in text
    assert "/health/ready/" not in text


def test_a_form_is_never_sent_twice_by_the_edge():
    text = (FILES / "haproxy-edge.cfg").read_text("utf-8")

    assert "disable-l7-retry unless METH_GET" in text


@pytest.mark.parametrize(
    ("command", "address"),
    [("check", "pooler"), ("reconcile", "pooler"), ("migrate", "itself"), ("beat", "itself"),
     ("bound_database", "itself")],
)  # fmt: skip
def test_what_holds_locks_goes_past_the_pooler_and_all_else_does_not(command, address, tmp_path):
    settings, release = tmp_path / "etc", tmp_path / "release"
    python = release / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$DATABASE_URL $*"\n')
    python.chmod(0o755)
    settings.mkdir()
    (settings / "baobab.env").write_text("DATABASE_URL=pooler\n")
    (settings / "direct.env").write_text("DATABASE_URL=itself\n")
    script = (ROOT / "deploy" / "baobab").read_text("utf-8")
    own = tmp_path / "baobab"
    own.write_text(script.replace("/etc/baobab", str(settings)).replace("runuser -u baobab --", ""))

    said = subprocess.run(
        ["sh", own, command], env={"RELEASE": str(release), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == f"{address} manage.py {command}\n"


def test_who_is_paid_is_on_two_machines():
    text = (FILES / "patroni.yml").read_text("utf-8")

    assert re.search(r"(?m)^    synchronous_mode: true$", text)
    assert re.search(r'(?m)^        synchronous_commit: "on"$', text)


@pytest.mark.skipif(not shutil.which("haproxy"), reason="HAProxy is not on this machine")
@pytest.mark.parametrize("file", ["haproxy-edge.cfg", "haproxy-node.cfg"])
def test_haproxy_understands_its_files(file, tmp_path):
    text = (FILES / file).read_text("utf-8")
    text = re.sub(r"\b(?:web\d|db\d|bucket)(?=:\d)", "127.0.0.1", text)
    text = text.replace(" ssl crt /etc/haproxy/shop.pem alpn h2,http/1.1", "")
    text = text.replace("/etc/haproxy/", f"{FILES}/").replace("/run/haproxy/", f"{tmp_path}/")
    own = tmp_path / file
    own.write_text(text)

    said = subprocess.run(
        ["haproxy", "-c", "-q", "-f", own], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stderr) == (0, "")


@pytest.mark.skipif(not shutil.which("keepalived"), reason="keepalived is not on this machine")
def test_keepalived_understands_its_file():
    # --config-test wants the card to be there, which is named otherwise on each machine.
    ran = subprocess.run(
        ["keepalived", "--config-test", "-f", FILES / "keepalived.conf"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    said = [line for line in (ran.stdout + ran.stderr).splitlines() if "eth0" not in line]
    assert [line for line in said if "keyword" in line or "Unknown" in line] == []


def test_an_edge_asks_its_balancer_where_it_tells_its_figures():
    asked = re.search(r"http://(127\.0\.0\.1:\d+)/metrics", (FILES / "keepalived.conf").read_text())
    assert f"bind {asked[1]}\n" in (FILES / "haproxy-edge.cfg").read_text()
