"""The files of deploy/several name machines of the drill, and settings that the shop knows."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.db import connection
from django.test import RequestFactory

from shop.core import clock
from shop.core.networks import client_address
from shop.reports.checks import note_backup
from shop.reports.models import Check
from tools.bench.several.network import HOSTS

ROOT = Path(__file__).resolve().parents[2]
FILES = ROOT / "deploy" / "several"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")  # folders of nginx


def test_each_setting_of_the_example_is_one_that_the_shop_reads():
    known = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    lines = (FILES / "baobab.env.example").read_text("utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}

    assert [name for name in sorted(names) if f"`{name}`" not in known] == []


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
    assert "proxy_next_upstream off;" in (FILES / "nginx-web.conf").read_text("utf-8")


def test_the_bucket_shows_files_and_no_list_of_them():
    text = (FILES / "haproxy-edge.cfg").read_text("utf-8")
    pictures = text.partition("backend pictures")[2].partition("\nfrontend")[0]

    assert "deny deny_status 404 if { path_end / } or { path,url_dec -m sub .. }" in pictures
    assert pictures.index("path_end") < pictures.index("replace-uri")


def test_a_body_is_taken_whole_before_gunicorn_hears_of_it():
    text = (FILES / "nginx-web.conf").read_text("utf-8")

    assert "proxy_request_buffering on;" in text
    assert "proxy_pass http://127.0.0.1:8100;" in text  # where baobab-web.socket listens


def proxies() -> list[str]:
    text = (FILES / "baobab.env.example").read_text("utf-8")
    return re.search(r"(?m)^TRUSTED_PROXIES=(.*)$", text)[1].split(",")


def test_nginx_hears_the_machines_alone_that_the_shop_believes():
    [pages, _figures] = (FILES / "nginx-web.conf").read_text("utf-8").split("\nserver {")[1:]

    edges = re.findall(r"(?m)^    (allow|deny) (.*);$", pages)
    assert edges == [("allow", one) for one in proxies() if one != "127.0.0.1"] + [("deny", "all")]


def test_the_visitor_is_who_came_to_the_edge(settings):
    settings.TRUSTED_PROXIES = proxies()
    came = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9, 10.77.0.2"}

    assert client_address(RequestFactory().get("/", **came)) == "203.0.113.9"
    # Whoever reached nginx past the edges, and said to be somebody else, is taken for who came.
    came["HTTP_X_FORWARDED_FOR"] = "203.0.113.9, 10.77.0.13"
    assert client_address(RequestFactory().get("/", **came)) == "10.77.0.13"


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


HERE = (
    "baobab@%2Frun%2Fpostgresql/baobab", "%2Frun%2Fpostgresql/b", "/b", "b:w@127.0.0.1/b",
    "b:w@localhost:5432/b?sslmode=disable", "b:w@[::1]/b", "/b?connect_timeout=2&host=/run",
)  # fmt: skip
ELSEWHERE = ("b:w@127.0.0.1:6432/b", "b:w@[::1]:6432/b", "b:w@db1/b?sslmode=require",
             "/b?host=db1")  # fmt: skip
WHERE = {
    "": "1",
    "DATABASE_URL=postgres://baobab@%2Frun/b\nDATABASE_URL=postgres://b:w@127.0.0.1:6432/b": "",
    **{f"DATABASE_URL=postgres://{url}": "1" for url in HERE},
    **{f"DATABASE_URL=postgres://{url}": "" for url in ELSEWHERE},
}


@pytest.mark.parametrize(("said", "is_alone"), WHERE.items())
def test_the_script_sees_by_the_settings_whether_the_database_is_here(said, is_alone, tmp_path):
    text = (ROOT / "deploy" / "install.sh").read_text("utf-8")
    asks = re.search(r"(?ms)^is_alone=1.*?^fi$", text)[0]
    (tmp_path / "env").write_text(said)

    script = f"""
        . {ROOT}/deploy/machine.sh
        say() {{ echo "$1"; }}
        settings={tmp_path}/env; {asks}
        echo "alone: $is_alone"
    """
    ran = subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == f"alone: {is_alone}"
    assert ("one machine of several" in ran.stdout) == (not is_alone)


SYSTEMCTL = """#!/bin/sh
case $1 in
    is-enabled) shift; [ "$1" = --quiet ] && shift; grep -qx "$1" {own}/enabled; exit ;;
    is-active) exit 0 ;;
esac
echo "$*" >>{own}/done
"""


@pytest.mark.parametrize(
    ("url", "enabled", "done"),
    [
        ("w@127.0.0.1:6432/b", [], []),
        ("w@127.0.0.1:6432/b", ["baobab-worker", "baobab-beat"],
         ["restart baobab-worker baobab-beat"]),
        ("w@127.0.0.1:6432/b", ["baobab-web", "baobab-web.socket"],
         ["start baobab-bridge", "restart baobab-web", "stop --quiet baobab-bridge"]),
        ("b@%2Frun%2Fpostgresql/b", [],
         ["enable --quiet baobab.target baobab-web.socket",
          "restart baobab-worker baobab-money baobab-beat",
          "start baobab-bridge", "restart baobab-web", "stop --quiet baobab-bridge",
          "start baobab.target"]),
    ],
)  # fmt: skip
def test_a_version_takes_over_on_each_machine_what_is_enabled_there(url, enabled, done, tmp_path):
    release = tmp_path / "opt/releases/2"
    for folder in (release, tmp_path / "units", tmp_path / "systemd/system", tmp_path / "bin"):
        folder.mkdir(parents=True)
    (release / "deploy").symlink_to(ROOT / "deploy")
    (release / ".complete").touch()
    (tmp_path / "baobab.env").write_text(f"DATABASE_URL=postgres://{url}\n")
    (tmp_path / "enabled").write_text("".join(f"{unit}\n" for unit in enabled))
    (tmp_path / "done").touch()
    for name, text in {"systemctl": SYSTEMCTL.format(own=tmp_path), "id": "echo 0"}.items():
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    text = (ROOT / "deploy" / "change_over.sh").read_text("utf-8")
    for said, here in {
        '$(dirname "$0")': f"{ROOT}/deploy",
        "/opt/baobab/releases": f"{tmp_path}/opt/releases",
        "home=/opt/baobab": f"home={tmp_path}/opt",
        "/etc/systemd/system": f"{tmp_path}/units", "/run/systemd": f"{tmp_path}/systemd",
        "/usr/local/bin/baobab": f"{tmp_path}/bin/baobab", "/etc/baobab/": f"{tmp_path}/",
    }.items():  # fmt: skip
        text = text.replace(said, here)

    subprocess.run(
        ["sh", "-c", text, "change_over.sh", "2"], check=True, capture_output=True,
        env={"PATH": f"{tmp_path}/bin:/usr/bin:/bin"},
    )  # fmt: skip
    lines = (tmp_path / "done").read_text().splitlines()
    assert [line for line in lines if line != "daemon-reload"] == done


@pytest.mark.django_db
def test_a_database_server_notes_its_backup_as_the_shop_does(tmp_path):
    def noted() -> list[tuple]:
        return list(Check.objects.values_list("name", "standing", "words", "counts"))

    note_backup(at=clock.now())
    by_shop = noted()
    text = (FILES / "backup.sh").read_text("utf-8")
    sql = re.search(r'-c "(INSERT.*?)"', text, re.DOTALL)[1]
    for before in (by_shop, []):  # there, and not there
        with connection.cursor() as cursor:
            cursor.execute(sql)
        assert noted() == by_shop
        if before:
            Check.objects.all().delete()


def test_who_changes_the_cluster_has_to_be_one_of_it_and_to_know_a_password():
    kept = yaml.safe_load((FILES / "patroni.yml").read_text("utf-8"))

    assert kept["restapi"]["allowlist_include_members"] is True
    # The name alone: without a password beside it Patroni does not start.
    assert kept["restapi"]["authentication"] == {"username": "baobab"}
    # What stands here cannot be changed by asking the cluster.
    assert "archive_command" in kept["postgresql"]["parameters"]


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


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not on this machine")
def test_nginx_understands_its_file(tmp_path):
    places = "".join(f"{name}_temp_path {tmp_path}/{name};" for name in TEMPORARY)
    own = tmp_path / "nginx.conf"
    text = (FILES / "nginx-web.conf").read_text("utf-8").replace("/var/log/nginx", f"{tmp_path}")
    own.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {places}\n{text} }}")

    said = subprocess.run(
        ["nginx", "-t", "-q", "-e", "stderr", "-c", own],
        capture_output=True,
        text=True,
        check=False,
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
