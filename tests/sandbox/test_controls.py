from tests.sandbox import make


def test_a_reset_forgets_everything(api, sandbox):
    make.session(api)
    sandbox.set_offset(500)
    sandbox.fail_next(500)
    sandbox.hold_refunds()
    sandbox.roll_secret("whsec_new")

    sandbox.reset()

    assert api.v1.checkout.sessions.list().data == []
    assert sandbox.events() == []
    assert sandbox.world.now() == sandbox.world.clock.now()
    assert sandbox.world.clock.offset == 0
    assert sandbox.sign({})[1].count("v1=") == 1
    assert not sandbox.world.refunds_wait
