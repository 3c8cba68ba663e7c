import copy
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Protocol

from tools.sandbox.world import World


class Controller(Protocol):
    """Whatever changes a world from outside its API."""

    world: World


def locked[C: Controller, **P, R](
    method: Callable[Concatenate[C, P], R],
) -> Callable[Concatenate[C, P], R]:
    """Hold the world's lock, write the state file, and give out a copy of the result."""

    @wraps(method)
    def wrapper(self: C, *args: P.args, **kwargs: P.kwargs) -> R:
        with self.world.lock:
            try:
                return copy.deepcopy(method(self, *args, **kwargs))
            finally:
                self.world.store.commit()

    return wrapper
