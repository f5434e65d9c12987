"""Nobody sees or changes the network of others: every address of the portal, walked by those it is not for.

The walk takes every URL pattern of the resolver, so that a new one is covered the day it is written. One whose
parameters it cannot fill fails `test_every_address_can_be_walked`: say in `PARAMETERS` or `SUBJECTS` what to fill in.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

import orjson
import pytest
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.regex_helper import normalize

from drivers.models import ApiKey, IdToken, Membership, Organization, User
from stations import live
from stations.consumers.live import LiveConsumer
from stations.models import (
    ChargingProfile,
    Command,
    ConfigurationTemplate,
    Connector,
    DisplayMessage,
    Evse,
    FirmwareUpdate,
    LocalList,
    LocalListEntry,
    LogRequest,
    Reservation,
    SecurityEvent,
    Session,
    SessionEvent,
    Settlement,
    Site,
    SiteScope,
    Station,
)
from tests import device_rows, factories, power_rows

# Open to everybody, and meant to be: the map of public sites, what the API can do, whether we live, how to sign in.
PUBLIC = {
    "stations:map",
    "stations:map-sites",
    "stations:map-site",
    "stations:favicon",
    "stations:pki-root",
    "stations:pki-v2g-root",
    "stations:pki-revoked",
    "stations:pki-ocsp",
    "stations:pki-ocsp-get",
    "schema",
    "api_docs",
    "healthz",
    "readyz",
    "admin:login",
    "admin:logout",
    "admin:jsi18n",
}
# A person's own sign-in, password and sessions.
OWN_ACCOUNT = "accounts/"

# What stands for a parameter, by its name; else by the segment before it, which says whose id it is.
PARAMETERS = {
    "identity": lambda network: network.station.identity,
    "kind": lambda network: "reset",
    "object_id": lambda network: network.station.pk,
    "app_label": lambda network: "stations",
    "content_type_id": lambda network: 1,
    "url": lambda network: "stations/",
    # What nobody was told: a guess.
    "token": lambda network: "x" * 43,
    "name": lambda network: "charger.log",
}
SUBJECTS = {
    "certificates": lambda network: network.station.certificates.get().pk,
    "root-certificates": lambda network: network.organization.root_certificates.get().pk,
    "ocsp": lambda network: "AAAA",
    "sites": lambda network: network.site.pk,
    "sessions": lambda network: network.session.pk,
    "evses": lambda network: network.session.evse_id,
    "connectors": lambda network: network.session.connector_id,
    "commands": lambda network: network.station.commands.get().pk,
    "id-tokens": lambda network: network.id_token.pk,
    "log-requests": lambda network: network.station.log_requests.get().pk,
    "firmware-updates": lambda network: network.station.firmware_updates.get().pk,
    "security-events": lambda network: network.station.security_events.get().pk,
    "user": lambda network: 1,
    "configuration": lambda network: network.organization.configuration_templates.get().pk,
    "configuration-templates": lambda network: network.organization.configuration_templates.get().pk,
    "device-events": lambda network: network.station.device_events.get().pk,
    "event-streams": lambda network: network.station.event_streams.get().pk,
    "display-messages": lambda network: network.station.display_messages.get().pk,
    "customer-information": lambda network: network.station.customer_information.get().pk,
    "door": lambda network: network.organization.pk,
    "reservations": lambda network: network.station.reservations.get().wire_id,
    "charging-profiles": lambda network: network.organization.charging_profiles.get().pk,
    "applied-profiles": lambda network: network.station.applied_profiles.get().pk,
    "charging-needs": lambda network: network.station.charging_needs.get().pk,
    "ev-schedules": lambda network: network.station.ev_schedules.get().pk,
    "charging-limits": lambda network: network.station.charging_limits.get().pk,
    "der-controls": lambda network: network.station.der_controls.get().pk,
    "der-alarms": lambda network: network.station.der_alarms.get().pk,
    "station-tariffs": lambda network: network.station.tariffs.get().pk,
    "reported-costs": lambda network: network.session.reported_cost.pk,
    "battery-swaps": lambda network: network.station.battery_swaps.get().pk,
    "settlements": lambda network: network.station.settlements.get().pk,
    "vat-checks": lambda network: network.station.vat_checks.get().pk,
}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
REFUSED = {401, 403, 404, 405}


@dataclass(frozen=True)
class Address:
    """A URL pattern as a format string with named places."""

    name: str
    form: str
    parameters: tuple[str, ...]

    def fill(self, network) -> str:
        values = {name: quote(str(self._filler(name)(network)), safe="") for name in self.parameters}
        return "/" + self.form % values

    def missing(self) -> list[str]:
        return [name for name in self.parameters if self._filler(name) is None]

    def _filler(self, parameter: str):
        segments = self.form.split("/")
        place = next(i for i, segment in enumerate(segments) if f"%({parameter})s" in segment)
        return PARAMETERS.get(parameter) or SUBJECTS.get(segments[place - 1] if place else "")


def walk(resolver: URLResolver, route: str = "", namespace: str = "") -> Iterator[Address]:
    for pattern in resolver.url_patterns:
        deeper = route + pattern.pattern.regex.pattern.removeprefix("^")
        if isinstance(pattern, URLPattern):
            for form, parameters in normalize(deeper)[:1]:
                yield Address(namespace + (pattern.name or ""), form, tuple(parameters))
        else:
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from walk(pattern, deeper, inner)


ADDRESSES = [address for address in walk(get_resolver()) if not address.form.startswith(OWN_ACCOUNT)]


@pytest.fixture
def network(network):
    """Volta's network with something of everything, each with a name that shows wherever it leaks."""
    network.session.transaction_id = "TX-OF-VOLTA"
    network.session.save()
    factories.CommandFactory(station=network.station, payload='{"note": "COMMAND-OF-VOLTA"}')
    factories.MeterSampleFactory(session=network.session)
    factories.FrameFactory(station=network.station, body=b'[2,"1","Authorize",{"idTag":"FRAME-OF-VOLTA"}]')
    factories.LogRequestFactory(station=network.station, told_name="LOG-OF-VOLTA")
    factories.FirmwareUpdateFactory(station=network.station, location="https://FIRMWARE-OF-VOLTA")
    factories.SecurityEventFactory(station=network.station, tech_info="EVENT-OF-VOLTA")
    factories.ReservationFactory(station=network.station, id_token="TOKEN-OF-VOLTA")
    factories.SettlementFactory(station=network.station, psp_ref="PAYMENT-OF-VOLTA")
    network.station.vat_checks.create(vat_number="VAT-OF-VOLTA", is_accepted=False, at=network.session.received_at)
    local_list = factories.LocalListFactory(station=network.station)
    local_list.entries.create(id_token="LISTED-BY-VOLTA")
    factories.StationCertificateFactory(station=network.station)
    factories.RootCertificateFactory(organization=network.organization)
    device_rows.make(network.station, "Volta")
    power_rows.add(network.session, name="PROFILE-OF-VOLTA")
    return network


@pytest.fixture
def secrets(network, operator):
    """Texts that only Volta's own people may read."""
    return [
        network.organization.name,
        network.site.name,
        network.station.identity,
        network.id_token.value,
        "TX-OF-VOLTA",
        "COMMAND-OF-VOLTA",
        "FRAME-OF-VOLTA",
        "LOG-OF-VOLTA",
        "FIRMWARE-OF-VOLTA",
        "EVENT-OF-VOLTA",
        "TOKEN-OF-VOLTA",
        "PAYMENT-OF-VOLTA",
        "LISTED-BY-VOLTA",
        "VAT-OF-VOLTA",
        "PROFILE-OF-VOLTA",
        operator.email,
        *(f"{text}Volta" for text in device_rows.TEXTS),
    ]


def rows(network):
    """All that belongs to Volta, as it is stored."""
    power = {
        model: {f"{path}__site__organization": network.organization}
        for path, models in power_rows.OF_STATION.items()
        for model in models
    }
    own = power | {
        ChargingProfile: {"organization": network.organization},
        Organization: {"pk": network.organization.pk},
        Membership: {"organization": network.organization},
        User: {"memberships__organization": network.organization},
        ApiKey: {"user__memberships__organization": network.organization},
        IdToken: {"organization": network.organization},
        Site: {"organization": network.organization},
        SiteScope: {"site__organization": network.organization},
        Station: {"site__organization": network.organization},
        Evse: {"station__site__organization": network.organization},
        Connector: {"station__site__organization": network.organization},
        Session: {"station__site__organization": network.organization},
        SessionEvent: {"session__station__site__organization": network.organization},
        Command: {"station__site__organization": network.organization},
        FirmwareUpdate: {"station__site__organization": network.organization},
        LogRequest: {"station__site__organization": network.organization},
        SecurityEvent: {"station__site__organization": network.organization},
        Reservation: {"station__site__organization": network.organization},
        Settlement: {"station__site__organization": network.organization},
        LocalList: {"station__site__organization": network.organization},
        LocalListEntry: {"list__station__site__organization": network.organization},
        ConfigurationTemplate: {"organization": network.organization},
        DisplayMessage: {"station__site__organization": network.organization},
    }
    return {model: list(model.objects.filter(**whose).order_by("pk").values()) for model, whose in own.items()}


@pytest.fixture(params=["nobody", "stranger", "driver"])
def outsider(request, network, operator):
    """An anonymous visitor, the owner of another organization, a driver who works for nobody."""
    return None if request.param == "nobody" else request.getfixturevalue(request.param)


class Visitor(Client):
    """A browser that signs in anew before each address: some of them sign out."""

    def __init__(self, person):
        super().__init__(raise_request_exception=False)
        self.person = person

    def addresses(self, network):
        for address in ADDRESSES:
            self.cookies.clear()
            if self.person is not None:
                self.force_login(self.person)
            yield address, address.fill(network)


def sends_to_sign_in(response) -> bool:
    return response.status_code == 302 and "/login/" in response["Location"]


def text_of(response) -> str:
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return body.decode(errors="replace")


def test_every_address_can_be_walked():
    unknown = [(address.form, address.missing()) for address in ADDRESSES if address.missing()]
    assert unknown == []


def test_the_walk_finds_all_parts_of_the_portal():
    forms = {address.form for address in ADDRESSES}
    assert {"console/", "console/stations/%(identity)s/", "api/v1/sites/%(pk)s/", "healthz"} <= forms
    assert len(forms) > 60


def leak(address, response, outsider, secrets):
    """What an outsider got that was not for them; empty if nothing."""
    if response.status_code >= 500:
        return f"status {response.status_code}"
    if response.status_code in REFUSED or sends_to_sign_in(response) or address.name in PUBLIC:
        return ""
    # A page without an object in its address may be shown to who is signed in, with nothing of Volta on it.
    if address.parameters or outsider is None:
        return f"status {response.status_code}"
    return ", ".join(secret for secret in secrets if secret in text_of(response))


def test_an_outsider_reads_nothing(outsider, network, secrets):
    visitor, leaks = Visitor(outsider), {}
    for address, url in visitor.addresses(network):
        if found := leak(address, visitor.get(url), outsider, secrets):
            leaks[url] = found
    assert leaks == {}


def test_an_outsider_changes_nothing(outsider, network, secrets):
    body = orjson.dumps(
        {
            "organization": network.organization.slug,
            "site": network.site.pk,
            "station": network.station.identity,
            "identity": "TAKEN",
            "security_profile": 0,
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
        }
    )
    visitor, before, leaks = Visitor(outsider), rows(network), {}
    for address, url in visitor.addresses(network):
        for method in UNSAFE:
            response = visitor.generic(method, url, body, "application/json")
            if response.status_code != 400 and (found := leak(address, response, outsider, secrets)):
                leaks[method, url] = found
    assert leaks == {}
    assert rows(network) == before


def test_those_who_belong_do_see_it(network, operator, secrets):
    """The walk itself is put to the test: with rights, the same addresses do show what others must not see."""
    visitor, text = Visitor(operator), ""
    for _, url in visitor.addresses(network):
        if url.startswith(("/console/", "/api/v1/")):
            text += text_of(visitor.get(url))
    assert [secret for secret in secrets if secret not in text] == []


async def _listening(person, groups):
    communicator = WebsocketCommunicator(LiveConsumer.as_asgi(), "/live/")
    communicator.scope["user"] = person
    connected, _ = await communicator.connect()
    if not connected:
        return None
    await communicator.send_json_to({"listen": groups})
    answer = await communicator.receive_json_from()
    await communicator.disconnect()
    return answer["listening"]


@pytest.fixture
def topics(network):
    return sorted(
        [
            live.station_group(network.station.pk),
            live.session_group(network.session.pk),
            live.site_group(network.site.pk),
            live.organization_group(network.organization.pk),
        ]
    )


@pytest.mark.django_db(transaction=True)
async def test_an_outsider_hears_nothing(outsider, topics):
    assert not await _listening(outsider, topics)


@pytest.mark.django_db(transaction=True)
async def test_an_operator_hears_of_the_network(operator, topics):
    assert await _listening(operator, topics) == topics
