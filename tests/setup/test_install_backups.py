"""The lines of deploy/install.sh that encrypt the backups of a new installation."""

import re
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
OF_DEBIAN = "[global]\nrepo1-path=/var/lib/pgbackrest\n#repo1-cipher-pass=...\n#[main]\n"
OF_BEFORE = "[global]\nrepo1-path=/b\n[global:archive-push]\narchive-push-queue-max=9GiB\n"
OF_BEFORE += "[baobab]\n"
OF_OTHERS = "[global]\n  repo1-cipher-type=aes-256-cbc\n  repo1-cipher-pass=of-old\n[main]\n"


class Machine:
    """A folder in place of /etc and of PostgreSQL's data."""

    def __init__(self, folder, *, settings=None):
        self.settings = folder / "pgbackrest.conf"
        self.data = folder / "postgresql"
        (self.data / "17/main").mkdir(parents=True)
        if settings is not None:
            self.settings.write_text(settings)
            self.settings.chmod(0o644)

    def install(self, *, first=""):
        """Run the script's own lines as they are; return what they say."""
        text = (DEPLOY / "install.sh").read_text("utf-8")
        [lines] = re.findall(
            r"(?ms)^    cluster=.*?^    chown root:postgres .*?/etc/pgbackrest.conf$", text
        )
        lines = lines.replace("/etc/pgbackrest.conf", str(self.settings))
        lines = lines.replace("/var/lib/postgresql", str(self.data))
        # What has the passphrase is looked at while only its writer's mask protects it.
        chown = 'chown() { echo "given $*, still $(stat -c %a "$2")"; }\n'
        script = f"{first}\numask 022\nhere={DEPLOY.parent}\n{chown}{lines}\n"
        said = subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=False)
        self.failed = said.returncode != 0
        return said.stdout

    def told(self):
        read = ConfigParser()
        read.read_string(self.settings.read_text("utf-8"))
        return read


@pytest.mark.parametrize("before", [None, "", OF_DEBIAN], ids=["none", "empty", "of Debian"])
def test_a_new_installation_encrypts_its_backups_with_a_pass_of_its_own(before, tmp_path):
    machine = Machine(tmp_path, settings=before)

    said = machine.install()

    told = machine.told()
    assert told["global"]["repo1-cipher-type"] == "aes-256-cbc"
    secret = told["global"]["repo1-cipher-pass"]
    assert re.fullmatch(r"[\w-]{64}", secret)  # 48 random bytes; the cipher's key has 32
    assert told["baobab"]["pg1-path"] == f"{machine.data}/17/main"
    assert "keep a copy elsewhere" in said
    assert secret not in said
    assert "not encrypted" not in said


def test_two_installations_have_different_passes(tmp_path):
    passes = set()
    for name in ("one", "two", "three"):
        machine = Machine(tmp_path / name)
        machine.install()
        passes.add(machine.told()["global"]["repo1-cipher-pass"])

    assert len(passes) == 3


@pytest.mark.parametrize("before", [None, OF_DEBIAN], ids=["none", "of Debian"])
def test_root_and_postgres_alone_ever_read_the_pass(before, tmp_path):
    machine = Machine(tmp_path, settings=before)

    said = machine.install()

    assert f"given root:postgres {machine.settings}, still 600" in said
    assert f"{machine.settings.stat().st_mode & 0o777:o}" == "640"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["pgbackrest.conf", "postgresql"]


@pytest.mark.parametrize("before", [None, OF_BEFORE, OF_OTHERS], ids=["new", "clear", "others"])
def test_a_second_call_leaves_the_pass_of_backups_that_are_there(before, tmp_path):
    machine = Machine(tmp_path, settings=before)
    machine.install()
    kept = machine.settings.read_bytes()
    assert before is None or kept == before.encode()

    said = machine.install()

    assert machine.settings.read_bytes() == kept
    assert "Made" not in said
    assert not machine.failed


def test_backups_in_the_clear_are_called_so_at_each_call(tmp_path):
    machine = Machine(tmp_path, settings=OF_BEFORE)

    for _call in range(2):
        assert "Backups are not encrypted: docs/how-to/back-up.md says how." in machine.install()


def test_a_call_that_ends_in_the_midst_leaves_no_half_of_a_pass(tmp_path):
    """A whole file takes the old one's place: else the next call would keep what is cut short."""
    machine = Machine(tmp_path, settings=OF_DEBIAN)

    machine.install(first='sed() { command sed "$@" | head -c 900; return 1; }')

    assert machine.failed
    assert machine.settings.read_text("utf-8") == OF_DEBIAN
    machine.install()
    assert machine.told()["global"]["repo1-cipher-type"] == "aes-256-cbc"
    assert machine.told()["baobab"]
