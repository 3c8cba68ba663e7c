"""What deploy/install.sh and backup.sh decide, in the very lines that decide it."""

import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

DEPLOY = Path(__file__).parents[2] / "deploy"
INSTALL = (DEPLOY / "install.sh").read_text("utf-8")


def run(script):
    return subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("pair", "goes_on"),
    [
        ("/etc/ssl/shop", True),
        ("/etc/letsencrypt/live/shop.example-0001", True),  # certbot's, but not for this name
        ("/etc/letsencrypt/live/wild.example", True),
        ("/etc/letsencrypt/live/shop.example", False),
        ("/etc/nginx/baobab-first", False),
    ],
)
def test_an_update_goes_on_with_a_certificate_that_was_named(pair, goes_on, tmp_path):
    [named] = re.findall(r"(?ms)^    named\(\) \{.*?^    \}$", INSTALL)
    site = tmp_path / "site"
    site.write_text(f"    ssl_certificate {pair}/a.pem;\n    ssl_certificate_key {pair}/k.pem;\n")

    said = run(f"""
        site={site} first=/etc/nginx/baobab-first name=shop.example
        {named}
        named ssl_certificate; named ssl_certificate_key
    """)
    assert said.stdout.split() == ([f"{pair}/a.pem", f"{pair}/k.pem"] if goes_on else [])


@pytest.mark.parametrize(
    ("is_empty", "backs_up", "says", "is_done"),
    [
        ("", "true", "made full", True),
        ("", "false", "call this once more", False),
        ("1", "true", "restore a lost shop", False),
    ],
)
def test_the_first_backup_is_never_one_of_an_empty_database(
    is_empty, backs_up, says, is_done, tmp_path
):
    [block] = re.findall(r'(?ms)^if \[ ! -e "\$data/\.backs-up" \].*?^fi$', INSTALL)
    (tmp_path / "deploy").mkdir()
    (tmp_path / "deploy/backup.sh").write_text(f"echo made $1; {backs_up}\n")

    said = run(f"data={tmp_path} release={tmp_path} is_empty='{is_empty}'\n"
               f"has_systemd() {{ false; }}\n{block}")  # fmt: skip

    assert said.returncode == 0, said.stderr
    assert says in said.stdout
    assert ("made full" in said.stdout) == (not is_empty)
    assert (tmp_path / ".backs-up").exists() == is_done


@pytest.mark.parametrize(
    ("lines", "places"),
    [("repo1-path=/a\n \trepo2-type=s3\nrepo2-path=/b\n", ["1", "2"]), ("", []), (None, [])],
)
def test_a_backup_that_finds_no_place_fails(lines, places, tmp_path):
    text = (DEPLOY / "backup.sh").read_text("utf-8")
    for said, here in {
        "/etc/pgbackrest.conf": f"{tmp_path}/own.conf", "/etc/": f"{tmp_path}/",
        "/usr/local/bin/baobab": "echo noted", "runuser -u postgres --": "echo",
        "/var/lib/baobab/media/": f"{tmp_path}/media/",
    }.items():  # fmt: skip
        text = text.replace(said, here)
    (tmp_path / "media").mkdir()
    if lines is not None:
        (tmp_path / "own.conf").write_text(lines)

    said = run(f"BACKUP_TARGET={tmp_path}/target\nrsync() {{ :; }}\n{text}")

    assert re.findall(r"--repo=(\d)", said.stdout) == places
    assert (said.returncode == 0) == ("noted" in said.stdout) == bool(places)


def test_large_bodies_are_taken_where_files_are_sent_to_and_nowhere_else():
    order = {"number": "BB-2026-1", "token": "t"}
    store = {"store": "a-store"}
    sent = [
        ("apply-step", {"name": "papers"}), ("stripe-webhook", {}),
        ("order-ask", order | {"part_id": 1, "kind": "return"}),
        ("workspace-pictures", store | {"product_id": 1}),
        ("workspace-catalogue-sheets", store), ("workspace-ticket-photo", {}),
        ("desk:festivals", {}), ("wagtailimages:add_multiple", {}),
    ]  # fmt: skip
    others = [("cart", {}), ("account_login", {}), ("checkout", {}), ("preferences", {})]
    for file in ("nginx/baobab.conf", "several/nginx-web.conf"):
        [where] = re.findall(r'location ~ "(.*)" \{', (DEPLOY / file).read_text("utf-8"))
        for code, _name in settings.LANGUAGES:
            with override(code):
                assert [name for name, of in sent if not re.match(where, reverse(name, kwargs=of))
                        ] == []  # fmt: skip
                assert [name for name, of in others if re.match(where, reverse(name, kwargs=of))
                        ] == []  # fmt: skip


def test_whoever_sends_a_form_while_no_process_answers_reads_the_page_for_it():
    for file in ("nginx/baobab.conf", "several/nginx-web.conf", "demo/nginx.conf"):
        text = (DEPLOY / file).read_text("utf-8")
        [page] = set(re.findall(r"error_page (?:50\d ?)+(?:=503 )?(\S+);", text))
        kinds = f"map $request_method {page} {{ default /sent.html; GET /away.html; HEAD /away.html"
        assert kinds in text


def test_only_a_page_that_nobody_sent_tries_again_by_itself():
    away, sent = ((DEPLOY / f"nginx/{name}.html").read_text("utf-8") for name in ("away", "sent"))

    assert 'http-equiv="refresh"' in away
    assert 'http-equiv="refresh"' not in sent
    # The edge has one page for both, and knows not which it shows.
    edge = (DEPLOY / "several/away.http").read_text("utf-8")
    assert edge[edge.index("<!doctype") :] == sent


def test_of_an_address_of_ipv6_the_network_counts():
    for file in ("nginx/baobab.conf", "several/nginx-web.conf"):
        text = (DEPLOY / file).read_text("utf-8")
        keys = re.findall(r'"(~\^\(\?<baobab_\w+>.*)" \$', text)
        found = [re.compile(key[1:].replace("?<", "?P<")) for key in keys]
        for address, network in {
            "203.0.113.7": None, "2001:db8:1:2:3:4:5:6": "2001:db8:1:2:",
            "2001:db8:1:2::7": "2001:db8:1:2:", "2001:db8:1::7": "2001:db8:1",
            "2001:db8::7": "2001:db8", "::1": None,
        }.items():  # fmt: skip
            hits = [hit[1] for one in found if (hit := one.match(address))]
            assert (hits[0] if hits else None) == network, address


def test_what_is_sent_without_a_length_counts_as_much():
    for file, much in {"nginx/baobab.conf": "much", "several/nginx-web.conf": "all"}.items():
        text = (DEPLOY / file).read_text("utf-8")
        [block] = re.findall(r'map "\$request_method .*?\{(.*?)\n\}', text, re.DOTALL)
        rules = [(re.compile(key), to) for key, to in re.findall(r'"~(.*)" (\w+);', block)]
        for asked, to in {
            "POST 20000000 ": much, "POST  chunked": much, "GET  chunked": much,
            "DELETE 5 chunked": much, "PUT  ": much, "GET 20000000 ": much, "GET  ": "",
            "HEAD  ": "", "POST 900 ": "",
        }.items():  # fmt: skip
            hits = [kind for rule, kind in rules if rule.match(asked)]
            assert (hits[0] if hits else "") == to, asked
