"""Make the demo network, once: what is there already is left as it is."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from drivers.models import IdToken, Membership, Organization, User
from stations.domain import opening_hours, opening_hours_text
from stations.domain.credentials import verify_password
from stations.models import Connector, Evse, Site, Station
from stations.services import provisioning
from stations.services.demo.network import (
    ORGANIZATION,
    PASSWORD,
    PEOPLE,
    SITES,
    SLUG,
    STATIONS,
    TOKENS,
    DemoSite,
    DemoStation,
)


def seed() -> Organization:
    """The demo organization with its people, sites, stations and id tokens; a second call changes nothing."""
    with transaction.atomic():
        organization, _ = Organization.objects.get_or_create(slug=SLUG, defaults={"name": ORGANIZATION})
        _people(organization)
        _tokens(organization)
        sites = {site.name: _site(organization, site) for site in SITES}
        for station in STATIONS:
            _station(sites[station.site], station)
    return organization


def _people(organization: Organization) -> None:
    for person in PEOPLE:
        user = User.objects.filter(email=person.email).first()
        if user is None:
            user = User.objects.create_user(person.email, PASSWORD, name=person.name)
        EmailAddress.objects.get_or_create(user=user, email=person.email, defaults={"verified": True, "primary": True})
        if person.role:
            Membership.objects.get_or_create(organization=organization, user=user, defaults={"role": person.role})


def _tokens(organization: Organization) -> None:
    known = set(organization.id_tokens.values_list("value", flat=True))
    drivers = {user.email: user for user in User.objects.filter(email__in=[t.driver for t in TOKENS if t.driver])}
    a_month_ago = timezone.now() - timedelta(days=30)
    IdToken.objects.bulk_create(
        IdToken(
            organization=organization,
            value=token.value,
            type=token.type,
            status=token.status,
            label=token.label,
            expires_at=a_month_ago if token.expired else None,
            driver=drivers.get(token.driver),
        )
        for token in TOKENS
        if token.value not in known
    )


def _site(organization: Organization, place: DemoSite) -> Site:
    site, is_new = Site.objects.get_or_create(
        organization=organization,
        name=place.name,
        defaults={
            "address": place.address,
            "city": place.city,
            "country": place.country,
            "latitude": place.latitude,
            "longitude": place.longitude,
            "timezone": place.timezone,
            "access": Site.Access.OPEN if place.is_open else Site.Access.MEMBERS,
            "opening_hours": opening_hours.to_json(opening_hours_text.read(place.opening_hours)),
            "directions": place.directions,
            "staff_note": place.staff_note,
        },
    )
    if is_new:
        # A number kept free for such uses.
        site.contacts.create(name="Helpline", phone="+49 30 23125 000", is_public=True)
        site.contacts.create(name=place.contact, role="on site")
    return site


def _station(site: Site, plan: DemoStation) -> None:
    station = Station.objects.filter(identity=plan.identity).first()
    if station is None:
        station = provisioning.create_station(
            site=site,
            identity=plan.identity,
            name=plan.name,
            security_profile=plan.security_profile,
            password=plan.password,
        )
        _evses(station, plan)
    elif plan.password and not verify_password(plan.password.encode(), station.password_hash):
        # The installation's secret has changed, and with it what the virtual charger sends.
        provisioning.set_password(station=station, password=plan.password)


def _evses(station: Station, plan: DemoStation) -> None:
    """What an installer knows and a charger does not tell: the power of each EVSE and the plugs."""
    for number in range(1, plan.evses + 1):
        evse = Evse.objects.create(station=station, number=number, max_power_w=plan.max_power_w)
        is_16 = plan.protocol == "ocpp1.6"
        Connector.objects.create(
            evse=evse, station=station, type=plan.connector_type, ocpp16_id=number if is_16 else None
        )
