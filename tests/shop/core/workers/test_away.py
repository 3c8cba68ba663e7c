"""The database is stopped under worker and beat, and started again: both come back."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from config import embedded
from config.embedded.clusters import Cluster
from config.embedded.programs import find_programs
from tests.patience import wait_until
from tests.processes import environment

ROOT = Path(__file__).parents[4]
QUEUED = """
INSERT INTO django_tasks_database_dbtaskresult
  (id, status, enqueued_at, args_kwargs, priority, task_path, worker_ids, queue_name, backend_name,
   run_after, exception_class_path, traceback)
VALUES (gen_random_uuid(), 'READY', now(), '{"args": [[]], "kwargs": {}}', 0,
        'shop.core.images.tasks.delete_files', '[]', 'default', 'default', '9999-01-01Z', '', '')
RETURNING id
"""
# Of this one, since the beat has tasks of its own.
DONE = (
    "SELECT count(*) FROM django_tasks_database_dbtaskresult"
    " WHERE status = 'SUCCESSFUL' AND id = '{}'"
)
BEAT = (
    "SELECT count(*) FROM shop_check WHERE name = 'beat' AND at > clock_timestamp() - interval '1h'"
)

pytestmark = pytest.mark.long


@pytest.fixture
def server(django_db_setup, tmp_path):
    """Give a PostgreSQL of its own with the shop's tables, none of them filled."""
    address = embedded.provide("test", tmp_path)
    programs = find_programs(Cluster.of("test", tmp_path).shelf)
    dumped = programs.run(
        "pg_dump", "--schema-only", "--no-owner", "--no-privileges",
        environment()["DATABASE_URL"], capture_output=True,
    )  # fmt: skip
    schema = dumped.stdout
    schema = "\n".join(line for line in schema.splitlines() if not line.startswith("\\"))
    with psycopg.connect(address, autocommit=True) as line:
        line.execute(schema)
    yield address
    embedded.reset("test", tmp_path)


def ask(address, question):
    with psycopg.connect(address, autocommit=True) as line:
        cursor = line.execute(question)
        return cursor.fetchone()[0] if cursor.description else None


def begin(address, tmp_path, *command):
    log = (tmp_path / f"{command[0]}.log").open("w")
    env = environment() | {"DATABASE_URL": address, "DATABASE_STATEMENT_SECONDS": "300"}
    return subprocess.Popen(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=env, stdout=log, stderr=log
    )


def said(tmp_path, name):
    return (tmp_path / f"{name}.log").read_text()


@pytest.mark.django_db  # its schema is what is copied
def test_worker_and_beat_come_back_when_the_database_was_away(server, tmp_path):
    processes = [
        begin(server, tmp_path, "db_worker", "--no-startup-delay"),
        begin(server, tmp_path, "beat"),
    ]
    try:
        first = DONE.format(ask(server, QUEUED))
        wait_until(lambda: ask(server, first) == 1 and ask(server, BEAT) == 1)
        embedded.stop("test", tmp_path)
        wait_until(lambda: "the database does not answer" in said(tmp_path, "db_worker"))
        wait_until(lambda: "failed and is tried again" in said(tmp_path, "beat"))

        again = embedded.provide("test", tmp_path)
        assert urlsplit(again).port == urlsplit(server).port
        ask(again, "DELETE FROM shop_check")
        second = DONE.format(ask(again, QUEUED))
        wait_until(lambda: ask(again, second) == 1 and ask(again, BEAT) == 1)

        assert [process.poll() for process in processes] == [None, None]
    finally:
        for process in processes:
            process.kill()
            process.wait()
    assert os.environ["DATABASE_URL"] not in said(tmp_path, "db_worker")
