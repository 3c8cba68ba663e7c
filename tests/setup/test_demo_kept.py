"""What a public demonstration is put back to: files, payments, and a database by its name."""

import gzip
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Event

import psycopg
import pytest
from django.db import connection

from config.embedded.databases import drop
from tools.scripts import demo_kept, demo_tables
from tools.scripts.demo_kept import Databases

NAME = "kept_by_a_test"


@pytest.fixture
def databases():
    facts = connection.settings_dict
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    assert facts["HOST"]
    found = Databases(f"{server}/{NAME}_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}")
    yield found
    with found.connect() as beside:
        for suffix in ("", "_kept", "_next", "_fresh", "_used"):
            drop(beside, f"{found.name}{suffix}")


def test_what_strangers_brought_goes_and_what_they_deleted_is_back(tmp_path):
    kept, media = tmp_path / "kept", tmp_path / "media"
    for name in ("products/a.jpg", "sizes/a.avif"):
        (media / name).parent.mkdir(parents=True)
        (media / name).write_text(name)
    (media / ".gitignore").touch()
    for file in demo_kept.files(media):
        demo_kept.link(media / file, kept / file)

    (media / "sizes/a.avif").unlink()
    (media / "originals").mkdir()
    (media / "originals/stranger.jpg").touch()
    (media / "products/a-1200.jpg").touch()
    demo_kept.put_files_back(media, kept)

    assert {str(file) for file in demo_kept.files(media)} == {"products/a.jpg", "sizes/a.avif"}
    assert (media / "sizes/a.avif").read_text() == "sizes/a.avif"
    assert (media / ".gitignore").exists()
    assert (media / "products/a.jpg").samefile(kept / "products/a.jpg")


def test_a_copy_takes_the_place_of_the_database_in_use(databases):
    databases.copy("", "kept")
    with psycopg.connect(databases.beside("kept")) as kept:
        kept.execute("CREATE TABLE said AS SELECT 'the sample' AS words")
    assert databases.has("kept")

    for _round in range(2):
        databases.copy("kept", "next")
        databases.put_in_place("next")
        with psycopg.connect(databases.address) as used:
            assert used.execute("SELECT words FROM said").fetchall() == [("the sample",)]
            used.execute("INSERT INTO said VALUES ('a stranger')")
        left = psycopg.connect(databases.address)  # somebody who is still there
        databases.copy("kept", "next")
        databases.put_in_place("next")
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")

    with psycopg.connect(databases.address) as used:
        assert used.execute("SELECT words FROM said").fetchall() == [("the sample",)]


def test_visitors_who_come_again_and_again_do_not_hold_it_up(databases):
    databases.copy("", "kept")
    databases.copy("kept", "next")
    databases.put_in_place("next")
    is_over = Event()

    def visit():
        came = 0
        while not is_over.is_set():
            with suppress(psycopg.OperationalError), psycopg.connect(databases.address) as one:
                came += 1
                while not is_over.is_set():  # as the web server keeps its connections
                    one.execute("SELECT 1")
        return came

    with ThreadPoolExecutor(4) as visitors:
        visits = [visitors.submit(visit) for _ in range(4)]
        try:
            for _round in range(5):
                databases.copy("kept", "next")
                databases.put_in_place("next")
        finally:
            is_over.set()
    assert all(one.result() for one in visits)


def test_addresses_beside_keep_what_follows_the_name():
    databases = Databases("postgres://me:secret@host/baobab?sslmode=require")

    assert databases.name == "baobab"
    assert databases.beside("next") == "postgres://me:secret@host/baobab_next?sslmode=require"


def test_tables_are_put_up_in_an_empty_database_alone(databases):
    databases.copy("", "kept")
    address = databases.beside("kept")

    with psycopg.connect(address) as other:
        other.execute("CREATE TABLE theirs (id int)")
    assert demo_tables.put_up(address) is False
    with psycopg.connect(address) as other:
        other.execute("DROP TABLE theirs")
    assert demo_tables.put_up(address) is True
    assert demo_tables.put_up(address) is False
    with psycopg.connect(address) as made:
        rows = made.execute("SELECT count(*) FROM django_migrations WHERE app = 'shop'")
        assert rows.fetchone()[0] > 90


def test_what_a_server_does_not_take_leaves_nothing(databases, tmp_path, monkeypatch):
    broken = tmp_path / "tables.sql.gz"
    broken.write_bytes(gzip.compress(b"CREATE TABLE half (id int); SELECT nonsense;"))
    monkeypatch.setattr(demo_tables, "FILE", broken)
    databases.copy("", "kept")
    address = databases.beside("kept")

    assert demo_tables.put_up(address) is False
    with psycopg.connect(address) as made:
        assert made.execute("SELECT to_regclass('half')").fetchone() == (None,)


def test_the_kept_tables_are_those_that_migrations_make(databases):
    """Each migration is in the file as it is in the code; those after it are added by migrate."""
    text = gzip.decompress(demo_tables.FILE.read_bytes()).decode()
    from django.db.migrations.loader import MigrationLoader  # noqa: PLC0415

    known = MigrationLoader(None).disk_migrations
    rows = [line for line in text.splitlines() if line.startswith("\t(") and ", 'shop', '" in line]
    names = [line.split("'")[3] for line in rows if line.split("'")[1] == "shop"]
    names = [name for name in names if name[:4].isdigit()]
    assert len(names) > 90
    assert all(("shop", name) in known for name in names)
