"""Rows for tests: sensible by themselves, every detail can be given."""

import uuid
from datetime import timedelta

import factory
from allauth.account.models import EmailAddress
from django.utils import timezone
from factory.django import DjangoModelFactory

from drivers.domain.roles import Role
from drivers.models import IdToken, Membership, Organization, User
from stations.domain.commands import CommandKind
from stations.domain.session import Phase
from stations.domain.status import ConnectorStatus
from stations.models import (
    Command,
    Connection,
    Connector,
    EdgeProcess,
    Evse,
    MeterSample,
    Session,
    Site,
    Station,
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


class CommandFactory(DjangoModelFactory):
    """Queued, for an hour."""

    class Meta:
        model = Command

    station = factory.SubFactory(StationFactory)
    kind = CommandKind.CLEAR_CACHE
    requested_at = factory.LazyFunction(timezone.now)
    expires_at = factory.LazyAttribute(lambda command: command.requested_at + timedelta(hours=1))


def connect(station, protocol="ocpp1.6"):
    """Give `station` an open socket held by a live process, as the edge does; returns the connection."""
    connection = ConnectionFactory(station=station, protocol=protocol)
    station.connection, station.protocol, station.last_seen = connection, protocol, connection.opened_at
    station.save()
    return connection
