"""Nobody sees or changes the network of others: every address of the portal, walked by those it is not for.

The walk takes every URL pattern of the resolver, so that a new one is covered the day it is written. One whose
parameters it cannot fill fails `test_every_address_can_be_walked`: say in tests/addresses.py what to fill in.
"""

import orjson
import pytest
from channels.testing import WebsocketCommunicator
from django.test import Client

from drivers.domain.roles import Role
from drivers.models import ApiKey, IdToken, Membership, Organization, User
from drivers.services import apikeys
from monitoring.models import Channel, EscalationPolicy, EscalationStep, Exclusion, Rota, RotaLayer, RotaOverride
from monitoring.services import ports
from stations import live
from stations.consumers.live import LiveConsumer
from stations.models import (
    BulkCommand,
    ChargingProfile,
    Command,
    ConfigurationTemplate,
    Connector,
    DisplayMessage,
    Evse,
    FirmwareUpdate,
    Invitation,
    LocalList,
    LocalListEntry,
    LogRequest,
    Reservation,
    SavedView,
    SecurityEvent,
    Session,
    SessionEvent,
    Settlement,
    Site,
    SiteContact,
    SiteScope,
    Station,
    StationNote,
    StationPhoto,
)
from tests import device_rows, factories, power_rows
from tests.addresses import ADDRESSES
from tests.monitoring import (
    exclusion_rows,
    helpline_rows,
    link_rows,
    maintenance_rows,
    status_rows,
    ticket_rows,
    told_rows,
)
from tests.monitoring.alert_rows import AlertFactory

# Open to everybody, and meant to be: the map of public sites, the status of networks that publish it, what the API can
# do, whether we live, how to sign in, the language of the pages.
PUBLIC = {
    "stations:map",
    "stations:map-sites",
    "stations:map-site",
    "monitoring:public-site-maintenance",
    "monitoring:status",
    "monitoring:status-network",
    "monitoring:status-site",
    "monitoring:status-subscribe",
    "monitoring:status-site-subscribe",
    *(f"monitoring:status-{kind}" for kind in ("json", "atom", "svg", "site-json", "site-atom", "site-svg")),
    # A link that nobody was told: it ends nothing, and says that there is no such subscription.
    "monitoring:status-end",
    "monitoring:help",
    "monitoring:help-charger",
    "monitoring:help-site",
    "stations:code",
    "stations:favicon",
    "stations:pki-root",
    "stations:pki-v2g-root",
    "stations:pki-revoked",
    "stations:pki-ocsp",
    "stations:pki-ocsp-get",
    "drivers:language",
    "schema",
    "api_docs",
    "healthz",
    "readyz",
    "admin:login",
    "admin:logout",
    "admin:jsi18n",
}
# Their parameter names nobody's thing: steps of what somebody makes for themselves, rules that everybody has.
NOBODYS = {"stations:site-new-step", "stations:station-new-step", "monitoring:alert-rule"}
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
REFUSED = {401, 403, 404, 405}


@pytest.fixture
def network(network):
    """Volta's network with something of everything, each with a name that shows wherever it leaks."""
    network.session.transaction_id = "TX-OF-VOLTA"
    network.session.save()
    network.id_token.driver = factories.UserFactory(name="DRIVER-OF-VOLTA")
    network.id_token.save()
    owner = factories.MembershipFactory(organization=network.organization).user
    network.organization.saved_views.create(owner=owner, list="stations", name="VIEW-OF-VOLTA", query="glance=faulted")
    network.site.contacts.create(name="CONTACT-OF-VOLTA")
    network.station.notes.create(text="NOTE-OF-VOLTA")
    network.station.photos.create(file="a.jpg", thumbnail="b.jpg", width=1, height=1, caption="PHOTO-OF-VOLTA")
    network.station.evses.update(public_code="ABCDEFGH")
    bulk = factories.BulkCommandFactory(organization=network.organization, stations=[network.station])
    factories.CommandFactory(station=network.station, payload='{"note": "COMMAND-OF-VOLTA"}', bulk=bulk)
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
    apikeys.issue(user=factories.MembershipFactory(organization=network.organization, role=Role.VIEWER).user)
    factories.InvitationFactory(organization=network.organization, email="invited@volta.example")
    factories.RootCertificateFactory(organization=network.organization)
    link_rows.make(network)
    helpline_rows.contact_of(network.organization, site=network.site, note="CALL-OF-VOLTA")
    exclusion_rows.ExclusionFactory(site=network.site, evidence="EXCLUSION-OF-VOLTA")
    ports.ensure([network.station.pk], now=network.session.received_at)
    exclusion_rows.correction(network.session.evse_id, reason="CORRECTION-OF-VOLTA")
    device_rows.make(network.station, "Volta")
    power_rows.add(network.session, name="PROFILE-OF-VOLTA")
    told_rows.make(network.organization, network.site, owner)
    status_rows.publish_page(network.organization)
    status_rows.subscriber(network.organization, email="subscriber@volta.example")
    incident = network.organization.incidents.get()
    AlertFactory(station=network.station, incident=incident, said="ALERT-OF-VOLTA")
    maintenance_rows.make(network.station, owner)
    ticket_rows.make(network, owner)
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
        "CONTACT-OF-VOLTA",
        "NOTE-OF-VOLTA",
        "PHOTO-OF-VOLTA",
        "DRIVER-OF-VOLTA",
        "VIEW-OF-VOLTA",
        "COMMAND-OF-VOLTA",
        "FRAME-OF-VOLTA",
        "LOG-OF-VOLTA",
        "FIRMWARE-OF-VOLTA",
        "EVENT-OF-VOLTA",
        "TOKEN-OF-VOLTA",
        "PAYMENT-OF-VOLTA",
        "LISTED-BY-VOLTA",
        "VAT-OF-VOLTA",
        "ALERT-OF-VOLTA",
        "PROFILE-OF-VOLTA",
        "EXCLUSION-OF-VOLTA",
        operator.email,
        *told_rows.TEXTS,
        *maintenance_rows.TEXTS,
        *ticket_rows.TEXTS,
        *link_rows.TEXTS,
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
        Invitation: {"organization": network.organization},
        User: {"memberships__organization": network.organization},
        ApiKey: {"user__memberships__organization": network.organization},
        IdToken: {"organization": network.organization},
        Site: {"organization": network.organization},
        SiteContact: {"site__organization": network.organization},
        SavedView: {"organization": network.organization},
        SiteScope: {"site__organization": network.organization},
        Station: {"site__organization": network.organization},
        Evse: {"station__site__organization": network.organization},
        StationNote: {"station__site__organization": network.organization},
        StationPhoto: {"station__site__organization": network.organization},
        Connector: {"station__site__organization": network.organization},
        Session: {"station__site__organization": network.organization},
        SessionEvent: {"session__station__site__organization": network.organization},
        Command: {"station__site__organization": network.organization},
        BulkCommand: {"organization": network.organization},
        FirmwareUpdate: {"station__site__organization": network.organization},
        LogRequest: {"station__site__organization": network.organization},
        SecurityEvent: {"station__site__organization": network.organization},
        Reservation: {"station__site__organization": network.organization},
        Settlement: {"station__site__organization": network.organization},
        LocalList: {"station__site__organization": network.organization},
        LocalListEntry: {"list__station__site__organization": network.organization},
        ConfigurationTemplate: {"organization": network.organization},
        Exclusion: {"site__organization": network.organization},
        **{model: {"organization": network.organization} for model in maintenance_rows.OWNED},
        DisplayMessage: {"station__site__organization": network.organization},
        **ticket_rows.owned(network.organization),
        Channel: {"organization": network.organization},
        Rota: {"organization": network.organization},
        RotaLayer: {"rota__organization": network.organization},
        RotaOverride: {"rota__organization": network.organization},
        EscalationPolicy: {"organization": network.organization},
        EscalationStep: {"policy__organization": network.organization},
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
    if (address.parameters and address.name not in NOBODYS) or outsider is None:
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
