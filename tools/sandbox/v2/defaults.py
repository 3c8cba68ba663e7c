from tools.sandbox import endpoints
from tools.sandbox.v2 import destinations, financial_accounts
from tools.sandbox.world import World


def add_defaults(world: World) -> None:
    """Make what is there from the start: where events go, and the financial account."""
    endpoints.add_default(world)
    destinations.add_default(world)
    financial_accounts.add_default(world)
