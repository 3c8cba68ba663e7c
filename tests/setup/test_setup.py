"""The set-up script, run for real on a machine that is made of a few tools and stubs."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.patience import PATIENCE, wait_until

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ["cat", "cksum", "cp", "dirname", "grep", "mkdir", "rm", "sh", "sleep", "tr"]
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"

# Makes a .venv in no time whose Python is itself, and writes down what it should install.
GOOD = f"""#!/bin/sh
case "$1 $2" in
    "-m venv") mkdir -p "$3/bin" "$3/lib/python{VERSION}/site-packages"
               cp "$0" "$3/bin/python" ;;
    "-m pip") [ "$3" = --version ] && [ ! -f .venv/torn ] && exit 0
              [ "$3" = install ] || exit 1
              echo "pip $*" >>installed
              [ ! -f offline ] || {{ echo "NewConnectionError: no route" && exit 1; }} ;;
    *) exec {sys.executable} "$@" ;;
esac
"""
OLD = f"""#!/bin/sh
exec {sys.executable} -c 'import sys; sys.version_info = (3, 11, 7); exec(sys.argv[1])' "$2"
"""
WITHOUT_VENV = f"""#!/bin/sh
exec {sys.executable} -c 'import sys; sys.modules["ensurepip"] = None; exec(sys.argv[1])' "$2"
"""
BROKEN_SHIM = "#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n"
UV = '#!/bin/sh\n[ "$1" = --version ] || echo "uv $UV_PYTHON_DOWNLOADS $*" >>installed\n'
BROKEN_UV = '#!/bin/sh\n[ "$1" = --version ]\n'


@dataclass
class Machine:
    """A project on a machine with a PATH of its own."""

    project: Path

    @property
    def path(self) -> str:
        """Name the folders of commands, in their order."""
        return ":".join(str(self.project / name) for name in ("first", "second", "bin"))

    def put(self, command: str, script: str) -> None:
        """Put a command into a folder of the PATH, or anywhere else in the project."""
        file = self.project / command
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(script)
        file.chmod(0o755)

    def environment(self, **more: str) -> dict[str, str]:
        """Return all that the script sees of the world."""
        return {"PATH": self.path, "HOME": str(self.project), **more}

    def set_up(self, profile: str = "demo", **more: str) -> subprocess.CompletedProcess:
        """Run the script to its end."""
        return subprocess.run(
            ["sh", "tools/scripts/setup.sh", profile],
            cwd=self.project,
            env=self.environment(**more),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def note_naps(self) -> None:
        """Have it written down whenever a script sleeps."""
        tool = self.project / "bin" / "sleep"
        real = tool.resolve()
        tool.unlink()
        tool.write_text(f'#!/bin/sh\necho >>slept\nexec {real} "$@"\n')
        tool.chmod(0o755)

    @property
    def naps(self) -> int:
        """Return how often a script slept."""
        file = self.project / "slept"
        return len(file.read_text().splitlines()) if file.exists() else 0

    @property
    def installed(self) -> list[str]:
        """Return the installations so far."""
        file = self.project / "installed"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """Give a machine with everyday tools and without any Python."""
    (tmp_path / "tools" / "scripts").mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    shutil.copy(ROOT / "tools" / "scripts" / "setup.sh", tmp_path / "tools" / "scripts")
    for profile in ("demo", "dev"):
        (tmp_path / f"requirements-{profile}.lock").write_text("Django==6.1.3\n")
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool))
    return Machine(tmp_path)


def dead_process() -> int:
    """Return the number of a process that is gone."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_an_old_python_and_a_broken_shim_are_passed_over(machine):
    machine.put("first/python3", OLD)
    machine.put("first/python3.13", BROKEN_SHIM)
    machine.put("second/python3", GOOD)

    done = machine.set_up()

    assert done.returncode == 0
    assert done.stdout.splitlines()[-1] == "Installing the packages of requirements-demo.lock."
    assert len(machine.installed) == 1
    assert machine.installed[0].endswith("--require-hashes -r requirements-demo.lock")


def test_a_python_that_only_pyenv_knows_is_found(machine):
    machine.put("first/python3", BROKEN_SHIM)
    machine.put(".pyenv/versions/3.13.0/bin/python", GOOD)

    assert machine.set_up().returncode == 0
    assert (machine.project / ".venv" / "bin" / "python").exists()


def test_a_python_can_be_named(machine):
    machine.put("hidden/snake", GOOD)

    assert machine.set_up(PYTHON=str(machine.project / "hidden" / "snake")).returncode == 0
    assert len(machine.installed) == 1


@pytest.mark.parametrize(
    ("python", "sentence"),
    [
        (None, "Baobab needs Python 3.12 or newer: apt install python3 python3-venv"),
        (OLD, "Baobab needs Python 3.12 or newer and found only 3.11: apt install python3"),
        (WITHOUT_VENV, f"make virtual environments: apt install python{VERSION}-venv."),
    ],
    ids=["none", "old", "without-venv"],
)
def test_without_a_fitting_python_one_sentence_names_what_brings_it(machine, python, sentence):
    machine.put("first/apt-get", "#!/bin/sh\nexit 1\n")
    if python:
        machine.put("first/python3", python)

    refused = machine.set_up()

    assert refused.returncode == 1
    assert refused.stdout == ""
    assert sentence in refused.stderr
    assert refused.stderr.count("\n") == 1
    assert not (machine.project / ".venv").exists()


def test_without_the_package_index_one_sentence_says_so_and_the_next_run_goes_on(machine):
    machine.put("first/python3", GOOD)
    (machine.project / "offline").touch()

    refused = machine.set_up()

    assert refused.returncode == 1
    assert refused.stderr.startswith("The package index cannot be reached: connect to the network")
    assert refused.stderr.count("\n") == 1

    (machine.project / "offline").unlink()
    (machine.project / ".venv" / "kept").touch()
    assert machine.set_up().returncode == 0
    assert (machine.project / ".venv" / "kept").exists()


def test_a_second_call_does_nothing_until_the_requirements_change(machine):
    machine.put("first/python3", GOOD)
    machine.set_up()

    again = machine.set_up()

    assert (again.returncode, again.stdout, len(machine.installed)) == (0, "", 1)

    (machine.project / "requirements-dev.lock").write_text("Django==6.1.4\n")
    assert machine.set_up().returncode == 0
    assert len(machine.installed) == 2


def test_what_developers_need_contains_what_the_demo_needs(machine):
    machine.put("first/python3", GOOD)

    machine.set_up("dev")
    machine.set_up("demo")

    assert len(machine.installed) == 1
    assert machine.installed[0].endswith("--require-hashes -r requirements-dev.lock")


def test_uv_installs_when_it_is_there_and_never_fetches_a_python(machine):
    machine.put("first/python3", GOOD)
    machine.put("first/uv", UV)

    assert machine.set_up().returncode == 0

    assert [line.split()[:4] for line in machine.installed] == [["uv", "never", "pip", "install"]]


def test_pip_installs_when_uv_cannot(machine):
    machine.put("first/python3", GOOD)
    machine.put("first/uv", BROKEN_UV)

    assert machine.set_up().returncode == 0

    assert [line.split()[0] for line in machine.installed] == ["pip"]


def test_what_a_killed_set_up_left_is_made_anew(machine):
    machine.put("first/python3", GOOD)
    machine.set_up()
    (machine.project / ".venv" / "half").touch()
    next((machine.project / ".venv").glob(".installed-*")).unlink()
    (machine.project / ".run" / "setup.pid").write_text(f"{dead_process()}\n")

    assert machine.set_up().returncode == 0

    assert not (machine.project / ".venv" / "half").exists()
    assert not (machine.project / ".run" / "setup.pid").exists()
    assert len(machine.installed) == 2


@pytest.mark.parametrize("damage", ["interpreter", "packages", "pip"])
def test_a_venv_that_lost_a_part_is_made_anew(machine, damage):
    machine.put("first/python3", GOOD)
    machine.set_up()
    venv = machine.project / ".venv"
    (venv / "old").touch()
    if damage == "interpreter":
        (venv / "bin" / "python").unlink()
        (venv / "bin" / "python").symlink_to("/nowhere/python")
    elif damage == "packages":
        shutil.rmtree(venv / "lib")
    else:
        (venv / "torn").touch()
        next(venv.glob(".installed-*")).unlink()

    assert machine.set_up().returncode == 0

    assert not (venv / "old").exists()
    assert len(machine.installed) == 2


def test_a_second_set_up_waits_for_the_first(machine):
    machine.put("first/python3", GOOD)
    (machine.project / ".run").mkdir()
    lock = machine.project / ".run" / "setup.pid"
    lock.write_text(f"{os.getpid()}\n")
    machine.note_naps()
    second = subprocess.Popen(
        ["sh", "tools/scripts/setup.sh", "demo"],
        cwd=machine.project,
        env=machine.environment(),
        stdout=subprocess.PIPE,
        text=True,
    )

    assert second.stdout.readline() == f"Waiting for another set-up (process {os.getpid()}).\n"
    naps = machine.naps
    wait_until(lambda: machine.naps > naps + 1)  # so it has looked at the lock again
    assert second.poll() is None
    assert machine.installed == []

    lock.unlink()
    said, _ = second.communicate(timeout=PATIENCE)
    assert "Waiting" not in said
    assert second.returncode == 0
    assert len(machine.installed) == 1


def test_an_unknown_profile_is_refused(machine):
    refused = machine.set_up("prod")

    assert refused.returncode == 1
    assert refused.stderr == "Say tools/scripts/setup.sh demo or tools/scripts/setup.sh dev.\n"
