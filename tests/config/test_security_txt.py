"""Whoever finds a hole is told where to report it, if the operator said so."""

from datetime import UTC, datetime, timedelta

from tests.make import NOON

HERE = "/.well-known/security.txt"


def test_the_file_names_contacts_and_until_when_they_hold(client, settings, clock_at):
    clock_at(NOON)
    settings.SECURITY_CONTACT = ["security@baobab.example", "https://baobab.example/report"]
    settings.SITE_URL = "https://baobab.example"

    answer = client.get(HERE)

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.text.splitlines()
    assert lines[:2] == [
        "Contact: mailto:security@baobab.example", "Contact: https://baobab.example/report",
    ]  # fmt: skip
    assert lines[3:] == [
        "Preferred-Languages: en, fr, zh-hans, ar, sw, pt",
        f"Canonical: https://baobab.example{HERE}",
    ]
    expires = datetime.strptime(lines[2], "Expires: %Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert NOON + timedelta(days=30) < expires < NOON + timedelta(days=365)


def test_without_a_contact_there_is_no_such_file(client, settings, db):
    settings.SECURITY_CONTACT = []

    assert client.get(HERE).status_code == 404
