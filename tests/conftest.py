"""The shared cast: an organization with its people and network, and another that must see nothing of it."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings
from rest_framework.test import APIClient

from config import messages
from drivers.domain.roles import Role
from drivers.models import IdToken, Organization, User
from drivers.services import apikeys
from stations.models import Session, Site, Station
from tests import factories
from tests.emptying import only_what_is_not_empty  # noqa: F401
from tests.loopback import only_loopback  # noqa: F401
from tests.migrated import django_db_modify_db_settings  # noqa: F401

# Whoever calls pytest by hand has the catalogues too.
messages.compile_all()

# A machine that does other things as well is no fault of what is tested.
settings.register_profile("patient", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

pytest_plugins = ["tests.edge", "tests.mail", "tests.tls"]


@pytest.fixture(autouse=True)
def english():
    """What a page was read in is not what the next test begins with."""
    with translation.override("en"):
        yield


@dataclass(frozen=True)
class Network:
    """An organization and one of each thing it may have."""

    organization: Organization
    site: Site
    station: Station
    session: Session
    id_token: IdToken


def _network(name: str, identity: str) -> Network:
    organization = factories.OrganizationFactory(name=name, slug=name.lower())
    site = factories.SiteFactory(organization=organization, name=f"{name} depot")
    station = factories.StationFactory(site=site, identity=identity)
    connector = factories.ConnectorFactory(evse__station=station)
    id_token = factories.IdTokenFactory(organization=organization)
    session = factories.SessionFactory(
        station=station, evse=connector.evse, connector=connector, id_token=id_token.value, token=id_token
    )
    return Network(organization, site, station, session, id_token)


@pytest.fixture
def network(db) -> Network:
    """What the cast works with: `organization`, `site`, `station`, `session` and `id_token` are its parts."""
    return _network("Volta", "DE*VLT*E01")


@pytest.fixture
def elsewhere(db) -> Network:
    """The stranger's network."""
    return _network("Faraday", "DE*FRD*E01")


@pytest.fixture
def organization(network: Network) -> Organization:
    return network.organization


@pytest.fixture
def site(network: Network) -> Site:
    return network.site


@pytest.fixture
def station(network: Network) -> Station:
    """One EVSE with one connector and an open session; not connected (see `factories.connect`)."""
    return network.station


@pytest.fixture
def session(network: Network) -> Session:
    return network.session


@pytest.fixture
def id_token(network: Network) -> IdToken:
    return network.id_token


def _member(organization: Organization, role: Role) -> User:
    email = f"{role}@{organization.slug}.example"
    return factories.MembershipFactory(organization=organization, role=role, user__email=email).user


@pytest.fixture
def owner(organization: Organization) -> User:
    return _member(organization, Role.OWNER)


@pytest.fixture
def operator(organization: Organization) -> User:
    return _member(organization, Role.OPERATOR)


@pytest.fixture
def technician(organization: Organization) -> User:
    return _member(organization, Role.TECHNICIAN)


@pytest.fixture
def support(organization: Organization) -> User:
    return _member(organization, Role.SUPPORT)


@pytest.fixture
def finance(organization: Organization) -> User:
    return _member(organization, Role.FINANCE)


@pytest.fixture
def viewer(organization: Organization) -> User:
    return _member(organization, Role.VIEWER)


@pytest.fixture
def driver(id_token: IdToken) -> User:
    """Charges with `id_token`; works for nobody."""
    id_token.driver = factories.UserFactory(email="driver@example.com")
    id_token.save()
    return id_token.driver


@pytest.fixture
def stranger(elsewhere: Network) -> User:
    """Owner of another organization."""
    return _member(elsewhere.organization, Role.OWNER)


@pytest.fixture
def api(db) -> Callable[..., APIClient]:
    """`api(person)` is a client with a new key of theirs, `api(person, "read")` one with that scope only."""

    def client(person: User, *scopes: str) -> APIClient:
        key = apikeys.issue(user=person, scopes=scopes or None).key
        return APIClient(headers={"Authorization": f"Bearer {key}"})

    return client
