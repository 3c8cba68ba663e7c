"""Where a cluster's data lies, and how it is made."""

import fcntl
import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from config.embedded.programs import NoDatabase, Programs, server_account

PROJECT = Path(__file__).resolve().parents[2]
OWNER = DATABASE = "baobab"
LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"  # "C" breaks Chinese trigrams


@dataclass(frozen=True, slots=True)
class Cluster:
    """One server's data and the files beside it."""

    name: str
    shelf: Path

    @classmethod
    def of(cls, name: str, project: Path = PROJECT) -> "Cluster":
        """Return the cluster of that name in a project."""
        project = project.resolve()
        if os.geteuid() != 0:
            return cls(name, project / ".postgres")
        mark = hashlib.sha256(os.fsencode(project)).hexdigest()[:12]
        return cls(name, Path(f"/var/tmp/baobab-{mark}"))  # noqa: S108 (alone() checks the owner)

    @property
    def home(self) -> Path:
        """The folder of this cluster, in the hands of whoever calls."""
        return self.shelf / self.name

    @property
    def data(self) -> Path:
        """The folder in the hands of the server."""
        return self.home / "data"

    @property
    def password(self) -> Path:
        """The file with the password of the database's owner."""
        return self.home / "password"

    @property
    def rights(self) -> Path:
        """The file that says which rights the owner got when the cluster was made."""
        return self.home / "rights"

    @property
    def exists(self) -> bool:
        """Tell whether there is data; the remains of a killed run are none."""
        return (self.data / "global" / "pg_control").exists()

    @property
    def disposable(self) -> bool:
        """Tell whether the data may be lost in a crash and made anew without asking."""
        return self.name == "test"


@contextmanager
def alone(cluster: Cluster) -> Iterator[None]:
    """Keep other processes from making, starting or stopping the same cluster meanwhile.

    Raises:
        NoDatabase: The folder was put there by somebody else.
    """
    account = server_account()
    for folder in (cluster.shelf, cluster.home):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
            raise NoDatabase(f"{folder} belongs to somebody else: delete it, then try again.")
        if account:  # the server's account passes through, nobody else does
            os.chown(folder, 0, account.pw_gid)
            folder.chmod(0o710)
    with (cluster.home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def refuse_other_version(cluster: Cluster, programs: Programs) -> None:
    """Delete disposable data that these programs cannot read.

    Raises:
        NoDatabase: The data is not disposable.
    """
    made_by = ""
    with suppress(FileNotFoundError):
        made_by = (cluster.data / "PG_VERSION").read_text().strip()
    if made_by in {"", str(programs.major)}:
        return
    if not cluster.disposable:
        raise NoDatabase(
            f"The data in {cluster.data} was made by PostgreSQL {made_by}, which "
            f"{programs.major} cannot read: `make demo-reset` makes it anew."
        )
    forget(cluster)


def forget_other_rights(cluster: Cluster) -> None:
    """Delete disposable data whose owner has other rights than a new one would get."""
    made_with = ""
    with suppress(FileNotFoundError):
        made_with = cluster.rights.read_text()
    if cluster.disposable and made_with != _rights(cluster):
        forget(cluster)


def create(cluster: Cluster, programs: Programs) -> None:
    """Make the data folder, with the database and its owner, who has no password yet.

    It gets its name when it is complete, so that a killed run leaves nothing that counts.
    """
    forget(cluster)
    unfinished = cluster.home / "data.new"
    unfinished.mkdir(mode=0o700)
    superuser = cluster.home / "superuser"
    _write_secret(superuser, secrets.token_urlsafe(24))  # kept nowhere: nobody signs in with it
    if programs.account:
        for path in (unfinished, superuser):
            os.chown(path, programs.account.pw_uid, programs.account.pw_gid)
    made = programs.run(
        "initdb",
        *("-D", str(unfinished), "-U", "postgres", "-E", "UTF8", f"--locale={LOCALE}"),
        *("--auth=scram-sha-256", f"--pwfile={superuser}"),
        *(("--no-sync",) if cluster.disposable else ()),
        capture_output=True,
    )
    superuser.unlink()
    if made.returncode:
        raise NoDatabase(f"PostgreSQL could not make its data folder: {made.stderr.strip()}")
    _say(programs, unfinished, f"CREATE ROLE {OWNER} LOGIN {_rights(cluster)}")
    _say(programs, unfinished, f"CREATE DATABASE {DATABASE} OWNER {OWNER}")
    cluster.rights.write_text(_rights(cluster))
    unfinished.rename(cluster.data)


def set_password(cluster: Cluster, programs: Programs) -> None:
    """Give the owner a random password, kept in a file that only the caller's account reads."""
    password = secrets.token_urlsafe(24)
    _say(programs, cluster.data, f"ALTER ROLE {OWNER} PASSWORD '{password}'")
    _write_secret(cluster.password, password)


def forget(cluster: Cluster) -> None:
    """Delete the data and the password."""
    for folder in (cluster.data, cluster.home / "data.new"):
        if folder.exists():
            shutil.rmtree(folder)
    cluster.password.unlink(missing_ok=True)


def _rights(cluster: Cluster) -> str:
    # Tests let one role own the tables and another one sell.
    return "CREATEDB CREATEROLE" if cluster.disposable else "CREATEDB"


def _say(programs: Programs, data: Path, statement: str) -> None:
    """Run one statement without a server: no port is open and no password is needed."""
    said = programs.run(
        "postgres",
        *("--single", "-D", str(data), "-c", "exit_on_error=on", "postgres"),
        input=f"{statement};\n",
        capture_output=True,
    )
    if said.returncode:
        raise NoDatabase(f"PostgreSQL could not prepare its database in {data}.")


def _write_secret(path: Path, text: str) -> None:
    unfinished = path.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.rename(path)
