"""Rows for tests: sensible by themselves, every detail can be given."""

import uuid
from datetime import timedelta

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory

from drivers.domain.roles import Role
from drivers.models import IdToken, Membership, Organization, User
from stations.domain.certificates import CertificateStatus, CertificateUse, Purpose
from stations.domain.commands import CommandKind
from stations.domain.reservations import ReservationState
from stations.domain.session import Phase
from stations.domain.status import ConnectorStatus
from stations.models import (
    BulkCommand,
    Command,
    Connection,
    Connector,
    EdgeProcess,
    Evse,
    FirmwareUpdate,
    Frame,
    Invitation,
    LocalList,
    LogRequest,
    MeterSample,
    RefusedAttempt,
    Reservation,
    RootCertificate,
    SecurityEvent,
    Session,
    Settlement,
    Site,
    Station,
    StationCertificate,
)

PASSWORD = "demo-busbar"


class OrganizationFactory(DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Network {n}")
    slug = factory.Sequence(lambda n: f"network-{n}")


class UserFactory(DjangoModelFactory):
    """A person with a verified address who signs in with PASSWORD."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.com")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(*args, **kwargs)

    @factory.post_generation
    def verified(self, create, extracted, **kwargs):
        EmailAddress.objects.create(user=self, email=self.email, verified=extracted is not False, primary=True)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    organization = factory.SubFactory(OrganizationFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.OPERATOR


class InvitationFactory(DjangoModelFactory):
    """Open for a week."""

    class Meta:
        model = Invitation

    organization = factory.SubFactory(OrganizationFactory)
    email = factory.Sequence(lambda n: f"invited{n}@example.com")
    role = Role.TECHNICIAN
    digest = factory.Sequence(lambda n: f"{n:064x}")
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=7))


class IdTokenFactory(DjangoModelFactory):
    class Meta:
        model = IdToken

    organization = factory.SubFactory(OrganizationFactory)
    value = factory.Sequence(lambda n: f"CARD{n:06}")


class SiteFactory(DjangoModelFactory):
    class Meta:
        model = Site

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Site {n}")
    latitude = "52.520000"
    longitude = "13.405000"


class StationFactory(DjangoModelFactory):
    """Never connected, without EVSEs, security profile 0."""

    class Meta:
        model = Station

    site = factory.SubFactory(SiteFactory)
    identity = factory.Sequence(lambda n: f"DE*TST*E{n:04}")
    security_profile = Station.SecurityProfile.NONE
    protocol = "ocpp1.6"


class EvseFactory(DjangoModelFactory):
    class Meta:
        model = Evse

    station = factory.SubFactory(StationFactory)
    number = factory.LazyAttribute(lambda evse: evse.station.evses.count() + 1)


class ConnectorFactory(DjangoModelFactory):
    class Meta:
        model = Connector

    evse = factory.SubFactory(EvseFactory)
    station = factory.SelfAttribute("evse.station")
    number = factory.LazyAttribute(lambda connector: connector.evse.connectors.count() + 1)
    ocpp16_id = factory.LazyAttribute(lambda connector: connector.station.connectors.count() + 1)
    status = ConnectorStatus.AVAILABLE


class EdgeProcessFactory(DjangoModelFactory):
    """A live process: its lease runs for a minute."""

    class Meta:
        model = EdgeProcess

    id = factory.LazyFunction(uuid.uuid4)
    host = "edge-1"
    started_at = factory.LazyFunction(timezone.now)
    lease_until = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=1))


class ConnectionFactory(DjangoModelFactory):
    """An open socket; `connect` makes it the station's current one."""

    class Meta:
        model = Connection

    station = factory.SubFactory(StationFactory)
    process = factory.SubFactory(EdgeProcessFactory)
    protocol = factory.SelfAttribute("station.protocol")
    opened_at = factory.LazyFunction(timezone.now)
    last_seen = factory.SelfAttribute("opened_at")


class SessionFactory(DjangoModelFactory):
    """Open and charging."""

    class Meta:
        model = Session

    station = factory.SubFactory(StationFactory)
    protocol = factory.SelfAttribute("station.protocol")
    transaction_id = factory.Sequence(lambda n: str(1000 + n))
    id_token = factory.Sequence(lambda n: f"CARD{n:06}")
    started_at = factory.LazyFunction(timezone.now)
    received_at = factory.SelfAttribute("started_at")
    phase = Phase.CHARGING


class MeterSampleFactory(DjangoModelFactory):
    class Meta:
        model = MeterSample

    session = factory.SubFactory(SessionFactory)
    station = factory.SelfAttribute("session.station")
    at = factory.LazyFunction(timezone.now)
    received_at = factory.SelfAttribute("at")
    power_w = 11_000.0


class FrameFactory(DjangoModelFactory):
    """A CALL of the charger, without an answer."""

    class Meta:
        model = Frame

    station = factory.SubFactory(StationFactory)
    at = factory.LazyFunction(timezone.now)
    direction = Frame.Direction.IN
    type = 2
    action = "Authorize"
    message_id = factory.Sequence(lambda n: f"message-{n}")
    body = b"[]"


class LogRequestFactory(DjangoModelFactory):
    class Meta:
        model = LogRequest

    station = factory.SubFactory(StationFactory)
    action = "GetLog"
    requested_at = factory.LazyFunction(timezone.now)


class FirmwareUpdateFactory(DjangoModelFactory):
    class Meta:
        model = FirmwareUpdate

    station = factory.SubFactory(StationFactory)
    action = "UpdateFirmware"
    requested_at = factory.LazyFunction(timezone.now)


class SecurityEventFactory(DjangoModelFactory):
    """Critical."""

    class Meta:
        model = SecurityEvent

    station = factory.SubFactory(StationFactory)
    type = "TamperDetectionActivated"
    is_critical = True
    at = factory.LazyFunction(timezone.now)
    received_at = factory.SelfAttribute("at")


class RefusedAttemptFactory(DjangoModelFactory):
    """Turned away once, for its password."""

    class Meta:
        model = RefusedAttempt

    station = factory.SubFactory(StationFactory)
    identity = factory.SelfAttribute("station.identity")
    reason = RefusedAttempt.Reason.WRONG_PASSWORD
    first_at = factory.LazyFunction(timezone.now)
    last_at = factory.SelfAttribute("first_at")


class CommandFactory(DjangoModelFactory):
    """Queued, for an hour."""

    class Meta:
        model = Command

    station = factory.SubFactory(StationFactory)
    kind = CommandKind.CLEAR_CACHE
    requested_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda command: command.requested_at + timedelta(hours=1))


class BulkCommandFactory(DjangoModelFactory):
    """Begun, for `stations`; its commands are not made yet."""

    class Meta:
        model = BulkCommand

    class Params:
        stations = ()

    organization = factory.SubFactory(OrganizationFactory)
    kind = CommandKind.CLEAR_CACHE
    station_ids = factory.LazyAttribute(lambda bulk: [station.pk for station in bulk.stations])
    total = factory.LazyAttribute(lambda bulk: len(bulk.station_ids))
    wait_s = 3600
    created_at = factory.LazyFunction(timezone.now)
    started_at = factory.SelfAttribute("created_at")


class StationCertificateFactory(DjangoModelFactory):
    """In use for a year from now on; not signed by anybody."""

    class Meta:
        model = StationCertificate

    station = factory.SubFactory(StationFactory)
    purpose = Purpose.STATION
    status = CertificateStatus.ACTIVE
    serial_number = factory.Sequence(lambda n: format(0xABC000 + n, "x"))
    common_name = factory.SelfAttribute("station.identity")
    fingerprint = factory.Sequence(lambda n: format(n, "064x"))
    requested_at = factory.LazyFunction(timezone.now)
    not_before = factory.SelfAttribute("requested_at")
    not_after = factory.LazyAttribute(lambda certificate: certificate.not_before + timedelta(days=365))


class RootCertificateFactory(DjangoModelFactory):
    """Only its name is real."""

    class Meta:
        model = RootCertificate

    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Root {n}")
    use = CertificateUse.MO_ROOT
    fingerprint = factory.Sequence(lambda n: format(n, "064x"))
    not_after = factory.LazyFunction(lambda: timezone.now() + timedelta(days=365))


class ReservationFactory(DjangoModelFactory):
    """Kept by the charger for an hour."""

    class Meta:
        model = Reservation

    station = factory.SubFactory(StationFactory)
    wire_id = factory.Sequence(lambda n: 7000 + n)
    id_token = factory.Sequence(lambda n: f"CARD{n:06}")
    state = ReservationState.ACCEPTED
    answer = "Accepted"
    created_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda reservation: reservation.created_at + timedelta(hours=1))


class LocalListFactory(DjangoModelFactory):
    """Of chosen tokens, none of them sent yet."""

    class Meta:
        model = LocalList

    station = factory.SubFactory(StationFactory)
    covers = LocalList.Covers.CHOSEN


class SettlementFactory(DjangoModelFactory):
    class Meta:
        model = Settlement

    station = factory.SubFactory(StationFactory)
    psp_ref = factory.Sequence(lambda n: f"PSP-{n}")
    status = Settlement.Status.SETTLED
    amount = "12.3400"
    settled_at = factory.LazyFunction(timezone.now)
    received_at = factory.SelfAttribute("settled_at")


def connect(station, protocol="ocpp1.6"):
    """Give `station` an open socket held by a live process, as the edge does; returns the connection."""
    connection = ConnectionFactory(station=station, protocol=protocol)
    station.connection, station.protocol, station.last_seen = connection, protocol, connection.opened_at
    station.save()
    return connection
