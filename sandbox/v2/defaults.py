from sandbox import endpoints
from sandbox.v2 import destinations
from sandbox.world import World


def add_defaults(world: World) -> None:
    """Make what is there from the start: where events go."""
    endpoints.add_default(world)
    destinations.add_default(world)
