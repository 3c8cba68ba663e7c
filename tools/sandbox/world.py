import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tools.sandbox.clock import Clock
from tools.sandbox.contract import Contract, Problem
from tools.sandbox.journal import Journal
from tools.sandbox.shapes import new_id
from tools.sandbox.spoiling import Spoil
from tools.sandbox.store import Body, Store


@dataclass(frozen=True, slots=True)
class Options:
    """What one sandbox is started with."""

    key: str = "sk_test_sandbox"
    secret: str = "whsec_sandbox"  # noqa: S105 - published on purpose, refused by a live shop
    webhook: str = ""
    public: str = ""
    state: Path | None = None
    muted: bool = False
    thin: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """A failure that waits for the next API call.

    Attributes:
        executed: the call takes effect, and only its answer is lost.
        saved: the failure itself stays under the idempotency key.
        on: start of "METHOD path"; other calls pass.
        code: Stripe's word for it.
    """

    status: int
    executed: bool
    saved: bool
    on: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver an event to an endpoint. ``status`` is None when nobody answered."""

    event: str
    kind: str
    url: str
    number: int
    status: int | None

    @property
    def ok(self) -> bool:
        """Tell whether the endpoint took the event."""
        return self.status is not None and 200 <= self.status < 300


@dataclass(slots=True, eq=False)
class World:
    """Everything one sandbox knows. Whoever reads or changes it holds its lock."""

    options: Options
    contract: Contract | None = None
    public: str = ""
    lock: threading.RLock = field(default_factory=threading.RLock)
    news: threading.Condition = field(init=False)
    clock: Clock = field(default_factory=Clock)
    store: Store = field(init=False)
    secrets: list[str] = field(init=False)
    faults: list[Fault] = field(default_factory=list)
    spoils: list[Spoil] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    attempts: deque[Attempt] = field(default_factory=lambda: deque(maxlen=1000))
    due: deque[tuple[str, str]] = field(default_factory=deque)
    request: Body | None = None
    refunds_wait: str = ""

    def __post_init__(self) -> None:
        """Load the state file, if there is one."""
        self.news = threading.Condition(self.lock)
        self.store = Store(Journal(self.options.state) if self.options.state else None)
        self.secrets = [self.options.secret]
        self.clock.offset = self.setting("clock", "offset", 0)

    def now(self) -> int:
        """Return the sandbox's present second."""
        return self.clock.now()

    def new(self, kind: str, notes: Body | None = None, **body: Any) -> Body:
        """Keep a new object, made now, and return its body."""
        return self.store.add(kind, new_id(kind), notes, created=self.now(), **body)

    def setting(self, name: str, field_name: str, default: Any) -> Any:
        """Return a remembered setting of the sandbox itself."""
        return (self.store.find("setting", f"setting {name}") or {}).get(field_name, default)

    def remember(self, name: str, **fields: Any) -> None:
        """Remember a setting of the sandbox itself, across a restart."""
        self.store.add("setting", f"setting {name}", **fields)

    def send(self, event_id: str, endpoint_ids: Iterable[str]) -> None:
        """Queue an event for these endpoints, and wake who delivers."""
        self.due.extend((event_id, endpoint_id) for endpoint_id in endpoint_ids)
        self.news.notify_all()

    def take_fault(self, call: str) -> Fault | None:
        """Return and forget the first failure that waits for this call ("METHOD path")."""
        for fault in self.faults:
            if call.startswith(fault.on):
                self.faults.remove(fault)
                return fault
        return None
