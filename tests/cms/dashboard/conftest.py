import pytest

from tests.cms.dashboard.people import BEFORE, organizer


@pytest.fixture
def desk(client, clock_at, request):
    """Be an organizer at the desk: at the module's ``NOW``, or weeks before the festival."""
    clock_at(getattr(request.module, "NOW", BEFORE))
    client.force_login(organizer())
    return client
