from datetime import UTC, datetime

from tools.sandbox.v2.refusals import wrong


def write_moment(second: int) -> str:
    """Return a second as the newer API writes it: ``2026-11-27T09:30:00.000Z``."""
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def read_moment(text: str, param: str) -> float:
    """Return the second that a text names, or refuse it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise wrong(f"{param}: '{text}' is no moment such as 2026-11-27T09:30:00.000Z.") from None
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
