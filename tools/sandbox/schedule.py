from tools.sandbox import payouts, sessions
from tools.sandbox.v2 import payment_states
from tools.sandbox.world import World


def do_due(world: World) -> None:
    """Let happen what is due by the sandbox's clock: sessions expire, money arrives."""
    sessions.expire_due(world)
    payouts.settle_due(world)
    payment_states.settle_due(world)
