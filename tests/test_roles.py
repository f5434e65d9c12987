"""What people of the same organization may not: those of another site, those who only look, keys that only read."""

import orjson
import pytest
from django.test import Client

from drivers.domain.roles import Role
from drivers.models import ApiKey, User
from drivers.services import apikeys
from stations.models import SiteScope
from tests import device_rows, factories
from tests.addresses import ADDRESSES
from tests.monitoring import ticket_rows
from tests.test_strangers import UNSAFE, Visitor, network, rows, text_of  # noqa: F401

# Of the network's station and its site, which the organization's people of another site must not see.
OF_STATION = (
    *("TX-OF-VOLTA", "COMMAND-OF-VOLTA", "FRAME-OF-VOLTA", "LOG-OF-VOLTA", "FIRMWARE-OF-VOLTA", "EVENT-OF-VOLTA"),
    *("TOKEN-OF-VOLTA", "PAYMENT-OF-VOLTA", "LISTED-BY-VOLTA", "VAT-OF-VOLTA", "REPORT-OF-VOLTA"),
    *(f"{text}Volta" for text in device_rows.TEXTS if text not in ("TemplateOf", "WantedOf", "VariableOf")),
)
# Of drivers and their sessions, which somebody who may only look at the network must not see.
OF_DRIVERS = (
    *("TX-OF-VOLTA", "FRAME-OF-VOLTA", "TOKEN-OF-VOLTA", "PAYMENT-OF-VOLTA", "LISTED-BY-VOLTA", "VAT-OF-VOLTA"),
    *("CustomerOfVolta", "DRIVER-OF-VOLTA"),
    *ticket_rows.OF_DRIVERS,
)


def asked(network):  # noqa: F811
    """A body that would do something nearly everywhere."""
    return orjson.dumps(
        {
            "organization": network.organization.slug,
            "site": network.site.pk,
            "station": network.station.identity,
            "identity": "TAKEN",
            "security_profile": 0,
            "password": "taken over by me",
            "registration": "Rejected",
            "name": "TAKEN",
            "latitude": 1,
            "longitude": 1,
            "value": "TAKEN",
            "status": "blocked",
            "evse": 1,
            "number": 9,
            "kind": "reset",
            "type": "hard",
            "action": "ClearCache",
            "payload": {},
            "queue": True,
            "is_open": True,
            "covers": "nothing",
            "entries": [],
            "csv": f"identity,site\nTAKEN,{network.site.name}",
        }
    )


def leaks(person, network, texts):  # noqa: F811
    found = {}
    for visitor, url in visits(person, network):
        response = visitor.get(url)
        if response.status_code >= 500:
            found[url] = response.status_code
        elif response.status_code == 200 and (shown := [text for text in texts if text in text_of(response)]):
            found[url] = shown
    return found


def visits(person, network):  # noqa: F811
    """The person's browser, signed in anew, at each address as it stands now."""
    visitor = Visitor(person)
    for url in [address.fill(network) for address in ADDRESSES]:
        visitor.cookies.clear()
        visitor.force_login(person)
        yield visitor, url


def kept(network):  # noqa: F811
    """What somebody could change; when people and keys were last seen is not."""
    return {model.__name__: found for model, found in rows(network).items() if model not in (User, ApiKey)}


@pytest.fixture
def neighbour(organization):
    """An operator of the same organization, at another site only."""
    membership = factories.MembershipFactory(organization=organization, role=Role.OPERATOR)
    SiteScope.objects.create(membership=membership, site=factories.SiteFactory(organization=organization))
    return membership.user


def test_the_people_of_another_site_see_nothing_of_a_station(neighbour, network):  # noqa: F811
    found = leaks(neighbour, network, [*OF_STATION, network.station.identity])
    assert found == {}


def test_who_may_only_look_at_the_network_sees_nothing_of_drivers(viewer, network):  # noqa: F811
    assert leaks(viewer, network, [*OF_DRIVERS, network.id_token.value]) == {}


@pytest.mark.parametrize("who", ["viewer", "neighbour"])
def test_who_has_no_say_changes_nothing(who, request, network):  # noqa: F811
    person = request.getfixturevalue(who)
    before, failures = kept(network), {}
    for visitor, url in visits(person, network):
        for method in UNSAFE:
            response = visitor.generic(method, url, asked(network), "application/json")
            if response.status_code >= 500:
                failures[method, url] = response.status_code
            if not url.startswith("/api/"):
                visitor.generic(method, url, "registration=Rejected&name=TAKEN", "application/x-www-form-urlencoded")
    assert failures == {}
    assert kept(network) == before


def test_who_works_with_stations_does_not_change_the_network(technician, network):  # noqa: F811
    before = kept(network)
    for visitor, url in visits(technician, network):
        if "local-lists" in url or "/tokens/" in url:
            continue  # a command's right
        for method in UNSAFE:
            visitor.generic(method, url, asked(network), "application/json")
    after = kept(network)
    changed = {name for name, found in before.items() if after[name] != found}
    of_work = {"BulkCommand", "Command", "LogRequest", "MaintenanceWindow", "Reservation", "WorkOrder"}
    assert changed <= of_work | {"Ticket", "CannedAnswer"}


def test_a_key_that_may_only_read_changes_nothing(owner, network):  # noqa: F811
    key = apikeys.issue(user=owner, scopes=["read"]).key
    client = Client(headers={"Authorization": f"Bearer {key}"}, raise_request_exception=False)
    before, taken = kept(network), {}
    for address in ADDRESSES:
        url = address.fill(network)
        for method in UNSAFE if url.startswith("/api/v1/") else ():
            status = client.generic(method, url, asked(network), "application/json").status_code
            if status not in (403, 404, 405):
                taken[method, url] = status
    assert taken == {}
    assert kept(network) == before
