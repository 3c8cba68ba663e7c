"""Parts of the upgrade under traffic that need no shop: nginx's links, packages, commands."""

import http.client
import shutil
import subprocess
from contextlib import ExitStack

import pytest

from tools.bench.servers import HOST, free_port
from tools.scripts import upgrade_house as house
from tools.scripts import upgrade_test

STYLES = {"current": "new.css", "before": "old.css"}


@pytest.fixture
def site(tmp_path):
    """Serve what deploy/nginx says with two versions, each with a style of its own."""
    if shutil.which("nginx") is None:
        pytest.skip("nginx is not on this machine")
    for link, name in STYLES.items():
        place = tmp_path / link / "static_root"
        place.mkdir(parents=True)
        (place / name).write_text("a{}")
    tmp_path.chmod(0o755)
    port, door = free_port(), free_port()
    with ExitStack() as stack:
        command = house.nginx_of(tmp_path, port, door)
        house.begin(stack, tmp_path / "said.log", command, port)
        yield port


def ask(port, path, method="GET", body=None):
    line = http.client.HTTPConnection(HOST, port, timeout=20)
    line.request(method, path, body)
    answer = line.getresponse()
    answer.text = answer.read().decode()
    line.close()
    return answer


def test_nginx_finds_styles_of_the_version_that_runs_and_of_the_one_before(site):
    for name in STYLES.values():
        answer = ask(site, f"/static/{name}")
        assert answer.status == 200
        assert "immutable" in answer.headers["Cache-Control"]

    assert ask(site, "/static/none.css").status == 404


@pytest.mark.parametrize(
    ("method", "says"),
    [("GET", "tries again by itself"), ("POST", "look before you send it again")],
)
@pytest.mark.parametrize("path", ["/", "/fr/merchant/a-store/"])
def test_while_nobody_serves_a_page_says_so_to_forms_too(site, path, method, says):
    answer = ask(site, path, method, "a=1" if method == "POST" else None)

    assert answer.status == 503
    assert answer.headers["Retry-After"] == "30"
    assert answer.headers["Content-Type"] == "text/html"
    assert says in answer.text


def test_a_large_body_is_taken_where_files_are_sent_to(site):
    for path, status in (("/products/", 413), ("/fr/merchant/a-store/", 503)):
        assert ask(site, path, "POST", "a" * 200_000).status == status


def test_a_version_with_other_packages_is_found(tmp_path):
    (tmp_path / "requirements.txt").write_text("django==1.0  # old\ngone==2.0\n")

    assert house.python_of(tmp_path) == ["django 1.0", "gone 2.0"]
    assert house.python_of(house.CODE) == []


def test_commands_are_those_of_the_units():
    assert house.periodic_of("baobab-money") == ["beat", "--part", "money"]


def test_the_code_of_before_is_found_by_its_tag_or_its_number():
    known = subprocess.run(
        ["git", "cat-file", "-e", upgrade_test.COMMIT], cwd=house.CODE, check=False,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip

    expected = upgrade_test.COMMIT if known.returncode == 0 else ""
    assert upgrade_test.old_commit() == expected
