import time
from typing import Any

from tools.sandbox import endpoints, events, idempotency, paying, payouts, schedule
from tools.sandbox.bank_controls import BankControls
from tools.sandbox.contract import Problem
from tools.sandbox.delivery import Courier
from tools.sandbox.errors import missing
from tools.sandbox.locks import locked
from tools.sandbox.spoiling import Spoil
from tools.sandbox.store import Body
from tools.sandbox.v2 import defaults
from tools.sandbox.v2.controls import RecipientControls
from tools.sandbox.world import Attempt, Fault, World


class Sandbox(BankControls, RecipientControls):
    """What tests do to the provider from outside its API: clock, failures, shoppers, banks."""

    def __init__(self, world: World, courier: Courier) -> None:
        """Control this world."""
        self.world = world
        self._courier = courier

    # The whole

    @locked
    def reset(self) -> None:
        """Forget every object, failure, delivery and broken contract; the clock is right again."""
        world = self.world
        world.store.clear()
        self._courier.forget()
        world.faults.clear()
        world.spoils.clear()
        world.problems.clear()
        world.attempts.clear()
        world.secrets[:] = [world.options.secret]
        world.clock.offset = 0
        world.refunds_wait = ""
        defaults.add_defaults(world)
        world.news.notify_all()

    @locked
    def advance(self, seconds: int) -> int:
        """Move the sandbox's clock on, and return its offset; what is due happens."""
        return self.set_offset(self.world.clock.offset + int(seconds))

    @locked
    def set_offset(self, seconds: int) -> int:
        """Set how far the sandbox's clock is ahead of the machine's, and return it."""
        self.world.clock.offset = int(seconds)
        self.world.remember("clock", offset=int(seconds))
        schedule.do_due(self.world)
        return int(seconds)

    @locked
    def fail_next(
        self,
        *statuses: int,
        executed: bool = False,
        saved: bool = False,
        on: str = "",
        code: str = "",
    ) -> None:
        """Let the next calls of the API fail, one status each.

        Args:
            statuses: HTTP statuses, such as 500, 429.
            executed: the call takes effect and only its answer is lost.
            saved: the failure stays under the idempotency key.
            on: start of "METHOD path", such as "POST /v1/transfers"; other calls pass.
            code: Stripe's word for it, such as "amount_too_small".
        """
        self.world.faults += [Fault(int(status), executed, saved, on, code) for status in statuses]

    @locked
    def spoil(
        self, kind: str, field: str, value: Any = None, *, gone: bool = False, of: str = ""
    ) -> None:
        """Answer a field of a kind of objects otherwise than it is, until ``mend``.

        Args:
            kind: as the field ``object`` says it, wherever such objects stand in an answer.
            field: its path, such as "status" or "balance_transactions.0.amount".
            value: what is answered instead.
            gone: the field is left out.
            of: the id of the only object that is spoiled; empty for all of the kind.
        """
        self.world.spoils.append(Spoil(kind, field, value, gone, of))

    @locked
    def mend(self) -> None:
        """Answer every field as it is again."""
        self.world.spoils.clear()

    @locked
    def forget_keys(self) -> int:
        """Forget every idempotency key, as if its time were over; return how many."""
        return idempotency.forget_answers(self.world, whether_old=False)

    @property
    def contract_errors(self) -> list[Problem]:
        """Return the answers and events that broke Stripe's published specification."""
        return list(self.world.problems)

    def check_contract(self) -> None:
        """Fail if an answer or an event broke Stripe's published specification."""
        if self.contract_errors:
            listed = "\n".join(str(problem) for problem in self.contract_errors)
            raise AssertionError(f"The sandbox broke Stripe's contract:\n{listed}")

    # The shopper

    @locked
    def pay(self, session_id: str) -> Body:
        """Pay a session, as the button does, and return it."""
        return paying.pay(self.world, session_id)

    @locked
    def decline(self, session_id: str) -> Body:
        """Let a try to pay be refused, as the button does, and return the open session."""
        return paying.decline(self.world, session_id)

    @locked
    def pay_later(self, session_id: str) -> Body:
        """Choose a method whose money arrives later, as the button does; return the session."""
        return paying.pay_later(self.world, session_id)

    @locked
    def settle(self, session_id: str, ok: bool = True) -> Body:
        """Let the money of a delayed payment arrive, or not, and return the session."""
        return paying.settle(self.world, session_id, ok=ok)

    # The merchant

    @locked
    def pay_out(self, account_id: str, currency: str = "usd", *, ok: bool = True) -> Body:
        """Send what an account holds to its bank, so that reversals find nothing; or fail to."""
        return payouts.pay_out(self.world, account_id, currency, ok=ok)

    # Events

    @locked
    def events(self, kind: str | None = None) -> list[Body]:
        """Return what happened, oldest first, of one kind or of all."""
        return [e for e in self.world.store.all("event") if kind in {None, e["type"]}]

    @locked
    def pull(self) -> list[Body]:
        """Return the events since the last pull, oldest first, for tests without an endpoint."""
        found = list(self.world.store.all("event"))
        seen = self.world.setting("pull", "seen", 0)
        self.world.remember("pull", seen=len(found))
        return found[seen:]

    def sign(self, event: Body, timestamp: int | None = None) -> tuple[bytes, str]:
        """Return an event's body and its signature header, as they would be sent now.

        Args:
            event: as pulled, or changed by the test.
            timestamp: the second to sign with; the machine's present one when absent.
        """
        body = events.encode(event)
        with self.world.lock:
            return body, events.signature(body, self.world.secrets, timestamp)

    @locked
    def deliveries(self) -> list[Attempt]:
        """Return the tries to deliver events, oldest first, the last thousand of them."""
        return list(self.world.attempts)

    def wait_until_delivered(self, seconds: float = 60) -> bool:
        """Wait until every event was taken, and tell whether that came true in time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self._courier.is_idle():
                return True
            time.sleep(0.01)
        return False

    @locked
    def roll_secret(self, secret: str, endpoint_id: str | None = None) -> None:
        """Sign with one more secret: the old ones and this one, until they are dropped."""
        self._secrets(endpoint_id).append(secret)

    @locked
    def drop_old_secrets(self, endpoint_id: str | None = None) -> None:
        """Sign with the newest secret only."""
        del self._secrets(endpoint_id)[:-1]

    def _secrets(self, endpoint_id: str | None) -> list[str]:
        if endpoint_id is None:
            return self.world.secrets
        endpoint = endpoints.find(self.world, endpoint_id)
        if endpoint is None:
            raise missing("webhook_endpoint", endpoint_id)
        self.world.store.save(endpoint)
        return endpoints.secrets_of(self.world, endpoint)
