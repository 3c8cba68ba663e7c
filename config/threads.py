"""How many requests one process of the web server works on at once."""

import shlex
from collections.abc import Mapping, Sequence


def threads_of_web(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Return the threads of gunicorn in this process; 1 for any other command.

    Gunicorn takes them from its command line, or from GUNICORN_CMD_ARGS. Where they stand in a
    file, or another server runs the shop, WEB_THREADS says how many there are.
    """
    if told := environment.get("WEB_THREADS", "").strip():
        return max(1, int(told))
    if not command or "gunicorn" not in command[0]:
        return 1
    words = [*shlex.split(environment.get("GUNICORN_CMD_ARGS", "")), *command[1:]]
    return max(1, _last(words))


def _last(words: Sequence[str]) -> int:
    """Return the number after the last --threads; the command line stands behind the variable."""
    found = 1
    for word, after in zip(words, [*words[1:], ""], strict=True):
        name, equals, value = word.partition("=")
        if name == "--threads" and (value if equals else after).isdecimal():
            found = int(value if equals else after)
    return found
