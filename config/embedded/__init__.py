"""A private PostgreSQL for development, the demo and the tests: nothing to install or set up.

The cluster ``demo`` keeps its data safe; ``test`` is fast and may be lost at any time. The data
lies in ``.postgres/`` of the project; for root, whose server runs as ``nobody``, it lies below
``/var/tmp``. Production sets DATABASE_URL and never comes here. See docs/how-to/set-up.md.
"""

from pathlib import Path

from config.embedded import clusters, servers
from config.embedded.clusters import PROJECT, Cluster
from config.embedded.programs import NoDatabase, Programs, find_programs

__all__ = ["NoDatabase", "address", "provide", "reset", "stop"]


def provide(name: str, project: Path = PROJECT) -> str:
    """Return the address of a cluster's database, with its server running.

    The address contains the password: pass it on in the environment, never print it.

    Raises:
        NoDatabase: There is no PostgreSQL, or it does not start.
    """
    cluster = Cluster.of(name, project)
    return servers.address(cluster) or _started(cluster)


def address(name: str, project: Path = PROJECT) -> str | None:
    """Return the address of a cluster's database if its server runs."""
    return servers.address(Cluster.of(name, project))


def stop(name: str, project: Path = PROJECT) -> None:
    """Stop a cluster's server without waiting for those who are connected."""
    cluster = Cluster.of(name, project)
    if cluster.home.exists():
        with clusters.alone(cluster):
            servers.halt(cluster)


def reset(name: str, project: Path = PROJECT) -> None:
    """Stop a cluster's server and delete its data."""
    cluster = Cluster.of(name, project)
    if cluster.home.exists():
        with clusters.alone(cluster):
            servers.halt(cluster)
            clusters.forget(cluster)


def _started(cluster: Cluster) -> str:
    with clusters.alone(cluster):
        servers.wait_until_ready(cluster)
        if found := servers.address(cluster):
            return found
        servers.halt(cluster)  # it hangs, or its password is lost
        programs = find_programs(cluster.shelf)
        clusters.refuse_other_version(cluster, programs)
        clusters.forget_other_rights(cluster)
        try:
            return _start(cluster, programs)
        except NoDatabase:
            if not cluster.disposable:
                raise
            clusters.forget(cluster)  # a crash without fsync may have left anything
            return _start(cluster, programs)


def _start(cluster: Cluster, programs: Programs) -> str:
    if not cluster.exists:
        clusters.create(cluster, programs)
    if not cluster.password.exists():
        clusters.set_password(cluster, programs)
    return servers.launch(cluster, programs)
