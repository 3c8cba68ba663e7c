import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config import embedded
from config.embedded.clusters import Cluster
from config.embedded.servers import running
from tests.patience import PATIENCE

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give a project of its own, so that the clusters of the checkout are never touched."""
    folder = tmp_path_factory.mktemp("project")
    yield folder
    shutil.rmtree(Cluster.of("test", folder).shelf, ignore_errors=True)


@pytest.fixture
def project(folder: Path) -> Iterator[Path]:
    """Give a project without clusters."""
    yield folder
    for name in ("demo", "test"):
        embedded.reset(name, folder)
        shutil.rmtree(Cluster.of(name, folder).home, ignore_errors=True)


def ask(address: str, question: str) -> object:
    with psycopg.connect(address, autocommit=True) as connection:
        return connection.execute(question).fetchone()[0]


def tell(address: str, *statements: str) -> None:
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def kill(cluster: Cluster) -> None:
    """Kill the server as a power cut would, and wait until it is gone."""
    os.kill(running(cluster).pid, signal.SIGKILL)
    while running(cluster):
        time.sleep(0.01)


def provide_elsewhere(project: Path, *options: str, name: str = "test") -> subprocess.Popen:
    """Call ``provide`` in another Python, which prints the address."""
    code = (
        "import sys; from pathlib import Path; from config import embedded;"
        "print(embedded.provide(sys.argv[1], Path(sys.argv[2])))"
    )
    command = [sys.executable, *options, "-c", code, name, project]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_the_owner_of_the_database_is_no_superuser_and_may_do_all_that_the_shop_needs(project):
    address = embedded.provide("test", project)

    tell(
        address,
        "CREATE EXTENSION unaccent",
        "CREATE EXTENSION btree_gist",
        "CREATE EXTENSION pg_trgm",
        "CREATE DATABASE test_gw0",
    )

    assert ask(address, "SELECT usesuper FROM pg_user WHERE usename = current_user") is False


def test_chinese_has_trigrams_and_accents_have_a_lower_case(project):
    address = embedded.provide("test", project)

    tell(address, "CREATE EXTENSION pg_trgm")

    assert len(ask(address, "SELECT show_trgm('篮子')")) == 3
    assert ask(address, "SELECT lower('É')") == "é"


def test_the_demo_survives_a_power_cut_and_the_test_cluster_is_fast_instead(project):
    demo, test = embedded.provide("demo", project), embedded.provide("test", project)

    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
        assert ask(demo, f"SHOW {setting}") == "on"
        assert ask(test, f"SHOW {setting}") == "off"
    assert ask(test, "SHOW max_connections") == "200"


def test_nobody_gets_in_without_the_password(project):
    address = embedded.provide("test", project)
    password = urlsplit(address).password

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.replace(password, "guess"))

    cluster = Cluster.of("test", project)
    assert cluster.password.stat().st_mode & 0o777 == 0o600
    assert password not in (cluster.home / "log").read_text()


def test_a_running_server_is_found_and_a_stopped_one_comes_back_on_its_port(project):
    address = embedded.provide("test", project)
    pid = running(Cluster.of("test", project)).pid

    assert embedded.provide("test", project) == address
    assert running(Cluster.of("test", project)).pid == pid

    embedded.stop("test", project)
    assert embedded.address("test", project) is None
    assert embedded.provide("test", project) == address


def test_a_killed_server_is_started_again_and_what_was_committed_is_there(project):
    address = embedded.provide("demo", project)
    tell(address, "CREATE TABLE paid (id int)", "INSERT INTO paid VALUES (7)")

    kill(Cluster.of("demo", project))

    assert embedded.address("demo", project) is None
    assert ask(embedded.provide("demo", project), "SELECT id FROM paid") == 7


def test_a_killed_server_whose_number_another_process_got_is_started_again(project):
    address = embedded.provide("test", project)
    cluster = Cluster.of("test", project)
    kill(cluster)
    pid_file = cluster.data / "postmaster.pid"
    left = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *left[1:]]))

    assert embedded.provide("test", project) == address
    assert ask(address, "SELECT 1") == 1


def test_the_remains_of_a_killed_set_up_are_cleared_away(project):
    cluster = Cluster.of("demo", project)
    for name in ("data", "data.new"):
        (cluster.home / name / "base").mkdir(parents=True)
        (cluster.home / name / "PG_VERSION").write_text("18\n")

    assert ask(embedded.provide("demo", project), "SELECT 1") == 1
    assert not (cluster.home / "data.new").exists()


def test_a_lost_password_is_set_anew_and_the_data_stays(project):
    address = embedded.provide("demo", project)
    tell(address, "CREATE TABLE paid (id int)", "INSERT INTO paid VALUES (7)")
    Cluster.of("demo", project).password.unlink()

    again = embedded.provide("demo", project)

    assert again != address
    assert ask(again, "SELECT id FROM paid") == 7


def test_a_port_that_was_taken_meanwhile_is_left_to_whoever_has_it(project):
    port = urlsplit(embedded.provide("test", project)).port
    embedded.stop("test", project)

    with socket.create_server(("127.0.0.1", port)):
        address = embedded.provide("test", project)

    assert urlsplit(address).port != port
    assert ask(address, "SELECT 1") == 1


def test_two_processes_that_ask_at_once_get_one_server(project):
    both = [provide_elsewhere(project), provide_elsewhere(project)]

    first, second = [process.communicate(timeout=PATIENCE)[0] for process in both]

    assert first == second
    assert ask(first.strip(), "SELECT 1") == 1


def test_data_that_a_crash_broke_is_made_anew_only_where_it_may_be_lost(project):
    for name in ("demo", "test"):
        embedded.provide(name, project)
        embedded.stop(name, project)
        (Cluster.of(name, project).data / "postgresql.conf").write_text("nonsense = here\n")

    assert ask(embedded.provide("test", project), "SELECT 1") == 1
    with pytest.raises(embedded.NoDatabase, match=r"log says why.*demo reset"):
        embedded.provide("demo", project)
    assert Cluster.of("demo", project).exists


def test_data_of_another_version_is_made_anew_only_where_it_may_be_lost(project):
    for name in ("demo", "test"):
        embedded.provide(name, project)
        embedded.stop(name, project)
        (Cluster.of(name, project).data / "PG_VERSION").write_text("14\n")

    assert ask(embedded.provide("test", project), "SELECT 1") == 1
    with pytest.raises(embedded.NoDatabase, match=r"PostgreSQL 14.*make demo-reset"):
        embedded.provide("demo", project)
    assert Cluster.of("demo", project).exists


def test_a_test_cluster_whose_owner_has_older_rights_is_made_anew(project):
    tell(embedded.provide("test", project), "CREATE TABLE kept ()")
    embedded.stop("test", project)
    Cluster.of("test", project).rights.unlink()

    address = embedded.provide("test", project)

    assert ask(address, "SELECT to_regclass('kept')") is None
    assert ask(address, "SELECT rolcreaterole FROM pg_roles WHERE rolname = current_user")


def test_a_reset_stops_the_server_and_deletes_its_data(project):
    tell(embedded.provide("demo", project), "CREATE TABLE paid (id int)")

    embedded.reset("demo", project)

    assert embedded.address("demo", project) is None
    assert not Cluster.of("demo", project).exists
    assert ask(embedded.provide("demo", project), "SELECT to_regclass('paid')") is None


@pytest.mark.skipif(not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")), reason="no server")
def test_without_the_wheel_the_newest_server_of_the_machine_is_used(project):
    asked = provide_elsewhere(project, "-S")  # a Python without installed packages

    address = asked.communicate(timeout=PATIENCE)[0].strip()

    newest = max(int(path.name) for path in Path("/usr/lib/postgresql").iterdir())
    assert str(ask(address, "SHOW server_version")).startswith(f"{newest}.")
    tell(address, "CREATE EXTENSION unaccent", "CREATE EXTENSION pg_trgm")
    assert len(ask(address, "SELECT show_trgm('篮子')")) == 3


@pytest.mark.skipif(os.geteuid() != 0, reason="concerns root alone")
def test_for_root_the_server_runs_as_nobody_and_others_cannot_look_in(project):
    embedded.provide("test", project)

    cluster = Cluster.of("test", project)
    assert cluster.data.owner() == "nobody"
    assert cluster.data.stat().st_mode & 0o777 == 0o700
    assert cluster.shelf.stat().st_mode & 0o777 == 0o710
    assert cluster.shelf.owner() == "root"
    assert Path(f"/proc/{running(cluster).pid}").owner() == "nobody"
    assert not (project / ".postgres").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="concerns root alone")
def test_a_folder_that_somebody_else_put_there_is_not_used(project):
    home = Cluster.of("test", project).home
    home.mkdir(parents=True)
    shutil.chown(home, "nobody")

    with pytest.raises(embedded.NoDatabase, match="belongs to somebody else"):
        embedded.provide("test", project)

    assert list(home.iterdir()) == []
    shutil.chown(home, "root")
