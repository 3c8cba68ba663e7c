"""What deploy/container holds: the processes of the units, without powers, and no secret."""

import re
import shlex
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from config.settings import SECURE_REDIRECT_EXEMPT
from tools.scripts.install_test import read_unit

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PLACE = DEPLOY / "container"
PARTS = ("web", "worker", "money", "beat")
COMPOSE = yaml.safe_load((PLACE / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
CONTAINERFILE = (PLACE / "Containerfile").read_text("utf-8")


@pytest.mark.parametrize("part", PARTS)
def test_each_part_is_what_its_unit_says(part):
    unit = read_unit(DEPLOY / "systemd" / f"baobab-{part}.service")

    assert SERVICES[part]["command"] == shlex.split(unit["ExecStart"][0])


def test_the_image_serves_unless_told_otherwise():
    [said] = re.findall(r"^CMD (\[.*gunicorn.*\])$", CONTAINERFILE, re.MULTILINE)

    assert yaml.safe_load(said) == SERVICES["web"]["command"]


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_has_a_power_or_a_disk_that_it_does_not_need(name):
    service = SERVICES[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(service["user"].partition(":")[0]) > 0
    assert not {"privileged", "cap_add", "pid", "ipc", "devices"} & service.keys()


def test_only_the_proxy_is_reached_from_outside_and_the_database_by_no_network():
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["proxy"]
    assert SERVICES["database"]["network_mode"] == "none"
    assert SERVICES["cache"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    conf = (PLACE / "database" / "container.conf").read_text("utf-8")
    assert "listen_addresses = ''" in conf


def test_the_proxy_is_the_one_that_is_trusted_and_knows_where_web_is():
    addresses = {
        name: SERVICES[name]["networks"]["inside"]["ipv4_address"] for name in ("proxy", "web")
    }

    assert SERVICES["web"]["environment"]["TRUSTED_PROXIES"] == addresses["proxy"]
    assert SERVICES["proxy"]["environment"]["WEB_ADDRESS"] == f"{addresses['web']}:8100"


def test_every_part_waits_until_the_tables_are_migrated():
    waits = {name: SERVICES[name]["depends_on"]["migrate"]["condition"] for name in PARTS}

    assert set(waits.values()) == {"service_completed_successfully"}
    assert SERVICES["migrate"]["command"][1:] == ["manage.py", "migrate", "--no-input"]
    assert SERVICES["migrate"]["restart"] == "no"


def test_health_is_asked_where_an_http_answer_is_not_led_on():
    asked = SERVICES["web"]["healthcheck"]["test"]

    assert asked[-1] == "deploy/container/ready.py"
    text = (PLACE / "ready.py").read_text("utf-8")
    [path] = re.findall(r'"GET", "/([^"]+)"', text)
    assert path == "health/ready/"
    assert any(re.search(pattern, path) for pattern in SECURE_REDIRECT_EXEMPT)


def test_no_secret_stands_in_what_is_built_or_said():
    for file in PLACE.rglob("*"):
        if file.is_file() and file.name != ".env":
            text = file.read_text("utf-8")
            assert not re.search(r"(?:sk|rk)_live_|whsec_[A-Za-z0-9]|BEGIN [A-Z ]*PRIVATE", text)
    for name, service in SERVICES.items():
        for key, value in service.get("environment", {}).items():
            if "PASSWORD" in key:
                assert value == "${DATABASE_PASSWORD:?}", name
    arguments = re.findall(r"^(?:ARG|ENV) (.*)$", CONTAINERFILE, re.MULTILINE)
    assert not [one for one in arguments if re.search(r"SECRET|PASSWORD|KEY|TOKEN", one)]


def test_what_is_copied_into_the_image_is_named_and_holds_no_settings():
    rules = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    said = [rule for rule in rules if rule and not rule.startswith("#")]

    assert said[0] == "*"
    named = {rule[1:] for rule in said if rule.startswith("!")}
    assert not {"media", "tests", "sample", "sandbox", ".git", ".run", ".postgres"} & named
    assert {"**/.env", "**/owner.env"} <= set(said)
    for name in named:
        assert (ROOT / name).exists()


def test_the_last_stages_run_as_nobody_in_particular_and_compile_nothing():
    stages = re.split(r"^FROM ", CONTAINERFILE, flags=re.MULTILINE)[1:]
    last = {re.search(r"AS (\w+)", stage)[1]: stage for stage in stages}

    for name in ("shop", "proxy"):
        assert re.findall(r"^USER (.*)$", last[name], re.MULTILINE) == ["10001:10001"]
        assert not re.search(r"\bpip\b|python3-venv|gcc", last[name])
    assert "collectstatic" in last["build"]


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="docker-compose is not here")
def test_compose_takes_the_file(tmp_path):
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    place = tmp_path / "deploy" / "container"
    subprocess.run([place / "settings.sh", "shop.example", place / ".env"], check=True)

    asked = ["docker-compose", "--file", str(place / "compose.yaml"), "config", "--quiet"]
    judged = subprocess.run(asked, capture_output=True, text=True, check=False)

    assert judged.returncode == 0, judged.stderr


def test_a_linter_takes_the_containerfile():
    linter = Path(sys.executable).parent / "hadolint"
    config = PLACE / "hadolint.yaml"

    asked = [linter, "--no-color", "--config", config, PLACE / "Containerfile"]
    judged = subprocess.run(asked, capture_output=True, text=True, check=False)

    assert judged.stdout + judged.stderr == ""


def test_settings_are_made_once_with_secrets_of_their_own(tmp_path):
    file = tmp_path / ".env"
    script = [PLACE / "settings.sh", "shop.example", file]
    subprocess.run(script, check=True, capture_output=True)
    first = file.read_text("utf-8")
    subprocess.run(script, check=True, capture_output=True)

    assert file.read_text("utf-8") == first
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    made = dict(line.split("=", 1) for line in first.splitlines() if re.match(r"\w+=", line))
    secrets = {made[name] for name in ("SECRET_KEY", "PAYOUT_SECRET", "DATABASE_PASSWORD")}
    assert len(secrets) == 3
    assert all(re.fullmatch(r"[\w-]{64}", secret) for secret in secrets)
    assert made["SITE_URL"] == "https://shop.example"
    assert not {"DATABASE_URL", "REDIS_URL", "TRUSTED_PROXIES", "MEDIA_ROOT"} & made.keys()


def test_the_owner_of_the_tables_is_known_to_migrate_and_a_new_database_alone(tmp_path):
    script = [PLACE / "settings.sh", "shop.example", tmp_path / ".env"]
    subprocess.run(script, check=True, capture_output=True)

    owner = tmp_path / "owner.env"
    assert stat.S_IMODE(owner.stat().st_mode) == 0o600
    lines = re.findall(r"^DATABASE_OWNER_\w+=(.*)$", owner.read_text("utf-8"), re.MULTILINE)
    password, address = lines
    assert address == f"postgres://baobab_owner:{password}@%2Frun%2Fpostgresql/baobab"
    assert "OWNER" not in (tmp_path / ".env").read_text("utf-8")
    files = {name: one.get("env_file", []) for name, one in COMPOSE["services"].items()}
    told = {name for name, found in files.items() if "owner.env" in str(found)}
    assert told == {"migrate", "database"}


@pytest.mark.parametrize("name", ["", "shop.example;id", "Shop example"])
def test_settings_are_made_for_names_of_hosts_alone(name, tmp_path):
    script = [PLACE / "settings.sh", name, tmp_path / ".env"]
    made = subprocess.run(script, capture_output=True, check=False)

    assert made.returncode
    assert not (tmp_path / ".env").exists()


def test_nginx_takes_what_the_proxy_fills_in(tmp_path):
    text = (PLACE / "proxy.sh").read_text("utf-8")
    for here, there in (("/opt/baobab/current", ROOT), ("/tmp/nginx", tmp_path)):  # noqa: S108
        assert f"={here}" in text
        text = text.replace(f"={here}", f"={there}")
    text = re.sub(r"^exec nginx .*", "exit 0", text, flags=re.MULTILINE)
    (tmp_path / "proxy.sh").write_text(text)
    env = {"SERVER_NAME": "shop.test", "WEB_ADDRESS": "172.30.73.20:8100", "PATH": "/usr/bin:/bin"}
    subprocess.run(["sh", tmp_path / "proxy.sh"], env=env, check=True)

    made = (tmp_path / "baobab.conf").read_text("utf-8")
    code = "\n".join(line for line in made.splitlines() if not line.lstrip().startswith("#"))
    assert not re.search(
        r"SERVER_NAME|CERTIFICATE|\bKEY\b|/var/(?:log|cache)|127\.0\.0\.1:8100", code
    )
    listens = re.findall(r"listen (?:\[::\]:)?([^ ;]+)", code)
    assert set(listens) == {"8080", "8443", "127.0.0.1:8101"}
    assert "server 172.30.73.20:8100" in code
    assert "ssl_certificate_key /run/secrets/key;" in code
    assert f"include {ROOT}/deploy/nginx/baobab-proxy.conf;" in code


def test_scripts_are_written_for_a_plain_shell():
    for file in PLACE.rglob("*.sh"):
        assert subprocess.run(["sh", "-n", file], check=False).returncode == 0
        assert file.stat().st_mode & 0o111
