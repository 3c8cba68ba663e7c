"""What deploy/ holds is what systemd and the shop take: units, settings, paths."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from django.test import Client

from tools.scripts.install_test import SETTINGS, read_unit

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PARTS = ("web", "worker", "money", "beat")
UNITS = [DEPLOY / "systemd" / f"baobab-{part}.service" for part in PARTS]
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not on this machine"
)


def test_there_is_a_unit_for_each_process_and_the_target_wants_all():
    names = {unit.name for unit in UNITS} | {"baobab-web.socket"}

    target = read_unit(DEPLOY / "systemd" / "baobab.target")
    assert set(target["Wants"][0].split()) == names


@needs_systemd
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_calls_each_unit_safe(unit):
    asked = ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(unit)]
    judged = subprocess.run(asked, capture_output=True, text=True, check=False)

    assert judged.returncode == 0, judged.stdout[-200:]


@needs_systemd
@pytest.mark.parametrize(
    "unit",
    [*UNITS, *(DEPLOY / "systemd").glob("baobab-backup.*"), DEPLOY / "systemd/baobab-web.socket"],
    ids=lambda unit: unit.name,
)
def test_systemd_takes_each_unit(unit):
    asked = ["systemd-analyze", "verify", str(unit)]
    judged = subprocess.run(asked, capture_output=True, text=True, check=False)

    wrong = [
        line for line in judged.stderr.splitlines()
        if "is not executable" not in line  # the shop is not installed here
        and unit.name in line
    ]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_each_process_runs_as_the_shops_user_and_writes_where_it_may(unit):
    told = read_unit(unit)

    assert told["User"] == told["Group"] == ["baobab"]
    assert told["ReadWritePaths"] == ["/var/lib/baobab/media"]
    assert told["UMask"] == ["0022"]  # nginx, which is somebody else, serves the pictures
    # What holds locks goes past a pooler, where there is one.
    past = ["-/etc/baobab/direct.env"] if unit.stem in ("baobab-money", "baobab-beat") else []
    assert told["EnvironmentFile"] == ["/etc/baobab/baobab.env", *past]
    assert told["ExecStart"][0].startswith("/opt/baobab/current/.venv/bin/")


def test_each_setting_of_the_example_is_one_that_the_shop_reads():
    known = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
    lines = (DEPLOY / "baobab.env.example").read_text("utf-8").splitlines()
    names = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}

    assert [name for name in sorted(names | set(SETTINGS)) if f"`{name}`" not in known] == []


def test_scripts_are_written_for_a_plain_shell():
    called = ("install.sh", "baobab", "backup.sh", "rehearse.sh", "change_over.sh")
    for name in (*called, "machine.sh"):
        asked = ["sh", "-n", str(DEPLOY / name)]
        assert subprocess.run(asked, check=False).returncode == 0
        assert name not in called or (DEPLOY / name).stat().st_mode & 0o111


def test_what_nginx_is_given_names_no_address_of_a_visitor_in_its_lines():
    conf = (DEPLOY / "nginx" / "baobab.conf").read_text("utf-8")
    [form] = re.findall(r"log_format baobab escape=json (.*?);", conf, re.DOTALL)

    assert not re.search(r"\$(remote_addr|request_uri|uri|args|http_|cookie_)", form)
    assert "$request_id" in form


def test_the_web_server_listens_where_its_socket_and_nginx_say():
    [listens] = read_unit(DEPLOY / "systemd" / "baobab-web.socket")["ListenStream"]
    conf = (DEPLOY / "nginx" / "baobab.conf").read_text("utf-8")

    assert f"server {listens} " in conf
    assert f'"{listens}"' in (DEPLOY / "gunicorn.py").read_text("utf-8")


def test_nginx_keeps_no_connection_that_gunicorn_could_close_under_a_form():
    conf = (DEPLOY / "nginx" / "baobab.conf").read_text("utf-8")
    [upstream] = re.findall(r"upstream baobab \{(.*?)\n\}", conf, re.DOTALL)

    assert "keepalive" not in re.sub(r"#.*", "", upstream)
    assert "Connection close;" in (DEPLOY / "nginx" / "baobab-proxy.conf").read_text("utf-8")


def figures() -> set[str]:
    """Return the names of the figures that the shop gives, with those that Prometheus derives."""
    answer = Client().get("/metrics")
    names = set(re.findall(r"^(baobab_\w+?)(?:\{| )", answer.text, re.MULTILINE))
    given = set(re.findall(r"^# TYPE (baobab_\w+) ", answer.text, re.MULTILINE))
    return names | given | {"baobab_problem", "baobab_last_seen_seconds", "baobab_check"}


@pytest.mark.django_db
@pytest.mark.parametrize("file", ["alerts.yml", "grafana.json"])
def test_what_is_watched_is_a_figure_of_the_shop(file):
    Client().get("/health/live/")
    text = (DEPLOY / "monitoring" / file).read_text("utf-8")
    asked = set(re.findall(r"baobab_[a-z0-9_]+", text))

    assert len(asked) > 5
    assert asked - figures() == set()


def test_each_alert_says_how_grave_it_is_and_what_it_is():
    rules = yaml.safe_load((DEPLOY / "monitoring" / "alerts.yml").read_text("utf-8"))

    [group] = rules["groups"]
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
