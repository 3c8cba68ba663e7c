"""Upgrades the shop from version 0.9 while people buy, goes back, and upgrades it again.

``make upgrade-test``. Both versions lie in folders and serve at one socket behind nginx, as
deploy/install.sh and the units lay them out; PostgreSQL, Valkey and the payment sandbox are real.
Shoppers send five requests a second all the time. No request may fail, and no order be lost.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import psycopg

from config import embedded
from tools.bench import choosing, databases, preparing
from tools.bench.drill import judging, letters, provider, settling
from tools.bench.drill.postbox import Postbox, postbox
from tools.bench.drill.processes import quiet_port
from tools.scripts import upgrade_house as house
from tools.scripts.proving import NotSo, say
from tools.scripts.upgrade_house import CODE, HOST, Version
from tools.scripts.upgrade_shoppers import SLOWEST, Once, Street

OLD_BENCH = {"DJANGO_SETTINGS_MODULE": "bench.settings"}
TAG, COMMIT = "0.9", "51b1205f242b716a65ab94854b0989360d651956"
CLUSTER, SAMPLE = "upgrade", "upgrade_sample"
RATE, LEAST_ORDERS = 5, 30
QUEUED = """
INSERT INTO django_tasks_database_dbtaskresult
  (id, status, enqueued_at, args_kwargs, priority, task_path, worker_ids, queue_name, backend_name,
   run_after, exception_class_path, traceback)
VALUES (gen_random_uuid(), 'READY', now(), '{"args": [0], "kwargs": {}}', 0,
        'shop.money.payments.visits.tasks.tell_it_takes_place', '[]', 'default', 'default',
        '9999-01-01Z', '', '') RETURNING id
"""
"""A task that 0.9 queues under a name that it has no more."""
FAILED = (
    "SELECT task_path, traceback FROM django_tasks_database_dbtaskresult WHERE status = 'FAILED'"
)


def main() -> int:
    """Do all of it, print the figures, and return the exit code."""
    asked = argparse.ArgumentParser(prog="make upgrade-test", description=__doc__)
    asked.add_argument("--seconds", type=float, default=25, help="length of each stage (25)")
    asked.add_argument("--keep", metavar="FOLDER", help="keep code, logs and sample there")
    told = asked.parse_args()
    commit = old_commit()
    if not commit:
        say(f"{TAG} is not there, nor {COMMIT[:8]}: this clone is shallow. git fetch --unshallow")
        return 1
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    os.chdir(CODE)
    with tempfile.TemporaryDirectory(prefix="baobab-upgrade-") as own:
        folder = Path(told.keep or own).resolve()
        try:
            Upgrade(folder, commit, told.seconds, keep=bool(told.keep)).run()
        except (NotSo, embedded.NoDatabase) as reason:
            say(f"FAILED: {reason}")
            return 1
        finally:
            (embedded.stop if told.keep else embedded.reset)(CLUSTER)
    return 0


def old_commit() -> str:
    """Return what git calls version 0.9 here; empty if it has nothing of it."""
    for name in (TAG, COMMIT):
        asked = ["git", "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"]
        found = subprocess.run(asked, cwd=CODE, capture_output=True, text=True, check=False)
        if not found.returncode:
            return found.stdout.strip()
    return ""


class Upgrade:
    """The shop on its way from one version to another and back."""

    def __init__(self, folder: Path, commit: str, seconds: float, *, keep: bool) -> None:
        self.folder, self.commit, self.seconds, self.keep = folder, commit, seconds, keep
        self.figures: dict[str, str] = {}

    def run(self) -> None:
        """Prepare both versions, walk, and judge.

        Raises:
            NotSo: something was lost or failed.
        """
        with ExitStack() as stack:
            mail = stack.enter_context(postbox())
            self._prepare(stack, mail)
            street = self._street()
            stack.callback(street.close)
            self._walk(street)
            street.close()
            self._judge(street, mail)
        for name, figure in self.figures.items():
            say(f"{name}: {figure}")

    def _prepare(self, stack: ExitStack, mail: Postbox) -> None:
        began = time.monotonic()
        keep, server = self.keep, embedded.provide(CLUSTER)
        bench = preparing.environment(self.folder) | OLD_BENCH
        fill = partial(preparing.fill_with_sample, bench, tree=self.folder / "0.9")
        door, cache = quiet_port(2_000), quiet_port(4_000)
        house.archive(self.commit, self.folder / "0.9")
        house.archive("HEAD", self.folder / "new")
        say(f"filling {TAG} ({self.commit[:8]}) with its sample")
        stack.enter_context(databases.database(server, SAMPLE, fill=fill, keep=keep))
        own = databases.database(server, f"{SAMPLE}_run", fill=str, keep=False, like=SAMPLE)
        self.database = stack.enter_context(own)
        around = house.settings(self.folder, self.database, mail.port, cache)
        self.around = around
        self.door = stack.enter_context(socket.create_server((HOST, door), backlog=2048))
        self.old = self._version("0.9", [["beat"]])
        parts = ("baobab-beat", "baobab-money")
        self.new = self._version("new", [house.periodic_of(part) for part in parts])
        for version in (self.old, self.new):
            stack.callback(version.stop)
        house.lead(self.folder, "current", self.old)
        self._begin_beside(stack, cache, door)
        self.figures["prepared in"] = f"{time.monotonic() - began:.0f} s"

    def _version(self, name: str, periodic: list[list[str]]) -> Version:
        version = Version(name, self.folder / name, self.around, periodic, self.door)
        if other := house.python_of(version.folder):
            raise NotSo(f"{name} wants packages of its own: {', '.join(other)}")
        version.manage("collectstatic", "--noinput", "-v0")
        return version

    def _begin_beside(self, stack: ExitStack, cache: int, door: int) -> None:
        begin = partial(house.begin, stack)
        valkey = ["valkey-server", "--port", str(cache), "--bind", HOST, "--save", ""]
        begin(self.folder / "valkey.log", valkey, cache, cwd=self.folder)
        site, pays = self.around["SITE_URL"], self.around["STRIPE_BASE_URL"]
        self.state = self.folder / "provider.jsonl"
        for left in self.folder.glob(f"{self.state.name}*"):  # of a walk whose folder was kept
            left.unlink()
        sandbox = [
            sys.executable, "-m", "tools.sandbox", "--port", pays.rpartition(":")[2],
            "--webhook", f"{site}/webhooks/stripe/", "--key", self.around["STRIPE_SECRET_KEY"],
            "--secret", self.around["STRIPE_WEBHOOK_SECRETS"], "--state", str(self.state),
        ]  # fmt: skip
        port = int(pays.rpartition(":")[2])
        begin(self.folder / "sandbox.log", sandbox, port, cwd=CODE, env=self.around)
        port = int(site.rpartition(":")[2])
        begin(self.folder / "nginx.log", house.nginx_of(self.folder, port, door), port)

    def _street(self) -> Street:
        choice = choosing.choose(self.database)
        self.old.serve()
        self.old.work()
        signing = OLD_BENCH | {"BENCH_FOLDER": str(self.folder)}
        self.people = json.loads(self.old.manage("sign_in_bench", **signing).splitlines()[-1])
        return Street(self.around["SITE_URL"], choice.variants, choice.products, RATE)

    def _walk(self, street: Street) -> None:
        """Go from the old version to the new one, back, and forward again; shoppers stay."""
        old, new = self.old, self.new
        say(f"{TAG} serves, {RATE} requests a second")
        street.open()
        time.sleep(self.seconds)
        say("migrating, while it serves")
        began = time.monotonic()
        new.manage("migrate", "--no-input", "-v0")
        self.figures["migrated in"] = f"{time.monotonic() - began:.1f} s"
        time.sleep(self.seconds / 2)  # old code beside new tables
        old.leave(old.rest)
        with psycopg.connect(self.database) as line:
            self.left = line.execute(QUEUED).fetchone()[0]  # type: ignore[index]
        self._change(street, old, new)
        time.sleep(self.seconds)
        new.leave(new.rest)
        self._change(street, new, old)
        time.sleep(self.seconds)
        old.leave(old.rest)
        self._change(street, old, new)
        time.sleep(self.seconds / 2)

    def _change(self, street: Street, former: Version, next_: Version) -> None:
        """Let a version take over as deploy/change_over.sh does: links, worker, then pages."""
        say(f"{former.name} gives way to {next_.name}")
        began = time.monotonic()
        house.lead(self.folder, "before", former)
        house.lead(self.folder, "current", next_)
        next_.work()
        next_.serve()
        former.leave(former.web)
        street.stage += 1
        self._look_at_desks(street)
        self.figures[f"{former.name} gave way to {next_.name} in"] = (
            f"{time.monotonic() - began:.1f} s"
        )

    def _look_at_desks(self, street: Street) -> None:
        """Open both desks with sessions that 0.9 has opened."""
        desks = {"organizer": "/organize/", "member": f"/merchant/{self.people['store']}/"}
        for person, path in desks.items():
            browser = Once(street.shop, patience=SLOWEST)
            name, _, value = self.people[person].partition("=")
            browser.cookies[name] = value
            answer = browser.get(path)
            if answer.status in (301, 302) and "login" not in answer.location:
                answer = browser.get(answer.location)  # to the person's own language
            if answer.status != 200:
                street.seen.wrong.append(f"{path}: {answer.status} {answer.location}")

    def _judge(self, street: Street, mail: Postbox) -> None:
        say("waiting until nothing waits any more")
        house.wait_for(self._is_settled, "tasks, messages or money still wait", seconds=300)
        seen, found = street.seen, provider.taken(self.state)
        wrong = [
            *seen.wrong, *judging.money_wrong(self.database, found),
            *judging.stock_wrong(self.database),
            *letters.letters_wrong(self.database, mail.letters), *self._tasks_wrong(),
        ]  # fmt: skip
        counts = judging.outcome(self.database)
        for version in (self.new, self.old):
            version.manage("reconcile")
        self.figures |= {
            "requests": f"{len(seen.times)}, none failed" if not seen.wrong else "see above",
            "longest request": f"{max(seen.times):.2f} s",
            "orders": f"{counts.get('paid', 0)} paid of {sum(counts.values())}, {seen.paid} at the"
            f" provider; {seen.straddled} begun with one version and paid with another",
            "visits": ", ".join(f"{count} {how}" for how, count in seen.ends.most_common()),
        }
        if counts.get("paid", 0) != seen.paid:
            wrong.append(f"{seen.paid} were paid at the provider, {counts} in the shop")
        if seen.paid < LEAST_ORDERS or seen.straddled < 1:
            wrong.append(
                f"only {seen.paid} orders, {seen.straddled} across versions: longer, please"
            )
        if wrong:
            raise NotSo("\n".join(wrong[:20]))

    def _is_settled(self) -> bool:
        with psycopg.connect(self.database) as line:
            return not any(
                line.execute(sql).fetchone()[0]  # type: ignore[index]
                for what, sql in settling.WAITING.items()
                if what != "orders that are not paid"  # of a shopper whom the provider left alone
            )

    def _tasks_wrong(self) -> list[str]:
        with psycopg.connect(self.database) as line:
            rows = line.execute(FAILED).fetchall()
            [state] = line.execute(
                "SELECT status FROM django_tasks_database_dbtaskresult WHERE id = %s", [self.left]
            ).fetchone()  # type: ignore[misc]
        wrong = [f"the task {path} failed: {said[-300:]}" for path, said in rows]
        return wrong if state == "SUCCESSFUL" else [*wrong, f"what {TAG} has queued is {state}"]


if __name__ == "__main__":
    sys.exit(main())
