"""The browser's socket."""

import pytest
from channels.db import database_sync_to_async as in_thread
from channels.testing import WebsocketCommunicator
from django.contrib.auth.models import AnonymousUser

from drivers.domain.roles import Role
from stations import live
from stations.consumers.live import LiveConsumer
from stations.services import members
from tests import factories


def _socket(person):
    communicator = WebsocketCommunicator(LiveConsumer.as_asgi(), "/live/")
    communicator.scope["user"] = person
    return communicator


@pytest.fixture
async def listen(request):
    """`await listen(person, groups)` is their socket, listening, and what it joined."""
    sockets = []

    async def start(person, groups):
        socket = _socket(person)
        sockets.append(socket)
        assert (await socket.connect(timeout=60))[0]
        await socket.send_json_to({"listen": groups})
        return socket, (await socket.receive_json_from(60))["listening"]

    yield start
    for socket in sockets:
        await socket.disconnect(timeout=60)


@pytest.mark.django_db(transaction=True)
async def test_a_page_hears_of_what_it_listens_to(listen, owner, station):
    socket, joined = await listen(owner, [f"station.{station.pk}"])
    assert joined == [f"station.{station.pk}"]
    live.nudge(live.station_group(station.pk))
    assert await socket.receive_json_from(60) == {"changed": f"station.{station.pk}"}


@pytest.mark.django_db(transaction=True)
async def test_only_what_the_person_may_see_is_joined(listen, viewer, network, elsewhere):
    own = [f"station.{network.station.pk}", f"site.{network.site.pk}", f"organization.{network.organization.pk}"]
    others = [
        f"station.{elsewhere.station.pk}",
        f"organization.{elsewhere.organization.pk}",
        # A viewer's role includes no sessions.
        f"session.{network.session.pk}",
        "edge.abc",
        "station.x",
        "station." + "9" * 30,
    ]
    _, joined = await listen(viewer, [*own, *others])
    assert joined == sorted(own)


@pytest.mark.django_db(transaction=True)
async def test_listening_to_something_else_leaves_the_old_group(listen, owner, station, site):
    socket, _ = await listen(owner, [f"station.{station.pk}"])
    await socket.send_json_to({"listen": [f"site.{site.pk}"]})
    assert (await socket.receive_json_from(60))["listening"] == [f"site.{site.pk}"]
    live.nudge(live.station_group(station.pk))
    assert await socket.receive_nothing(0.3)


@pytest.mark.django_db(transaction=True)
async def test_nonsense_is_ignored(listen, owner, station):
    socket, _ = await listen(owner, [])
    for nonsense in ([], {"listen": "all"}, {"listen": [1, None]}):
        await socket.send_json_to(nonsense)
    await socket.send_json_to({"listen": [f"station.{station.pk}"]})
    assert (await socket.receive_json_from(60))["listening"] == []
    assert (await socket.receive_json_from(60))["listening"] == [f"station.{station.pk}"]


async def test_a_visitor_has_no_socket(db):
    connected, _ = await _socket(AnonymousUser()).connect(timeout=60)
    assert not connected


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("end", ["removed", "limited"])
async def test_who_may_see_less_hears_less_at_once(listen, organization, operator, station, end):
    await in_thread(factories.MembershipFactory)(organization=organization, role=Role.OWNER)
    elsewhere = await in_thread(factories.SiteFactory)(organization=organization)
    socket, joined = await listen(operator, [live.station_group(station.pk)])
    assert joined
    membership = await operator.memberships.aget()
    if end == "removed":
        await in_thread(members.remove)(membership=membership)
    else:
        await in_thread(members.change)(membership=membership, role=Role.OPERATOR, sites=[elsewhere])
    assert await socket.receive_json_from(60) == {"listening": []}
    live.nudge(live.station_group(station.pk))
    assert await socket.receive_nothing(0.3)
