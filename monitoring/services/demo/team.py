"""Who is told of what in the demo network, set up as its people would have."""

import threading
from dataclasses import dataclass
from datetime import date, time, timedelta
from functools import cached_property

from drivers import clock
from drivers.models import Organization, User
from monitoring.models import Channel, EscalationPolicy, EscalationStep, Rota, RotaLayer, Severity
from monitoring.services import channels, rotas
from stations.services.demo.spells import DAYS

FIRST_LINE, SECOND_LINE = "First line", "Second line"


@dataclass(frozen=True)
class Team:
    """The demo network's people by what they do."""

    organization: Organization

    @cached_property
    def owner(self) -> User:
        return self._person("operator")

    @cached_property
    def manager(self) -> User:
        return self._person("manager")

    @cached_property
    def technicians(self) -> list[User]:
        return [self._person("technician"), self._person("technician2")]

    def _person(self, name: str) -> User:
        return User.objects.get(email=f"{name}@demo.example")


def make(organization: Organization, stop: threading.Event) -> int:
    """Rotas, an escalation policy and channels, if there are none; returns how many."""
    if stop.is_set() or Rota.objects.filter(organization=organization).exists():
        return 0
    team = Team(organization)
    begins = organization.created_at - timedelta(days=DAYS + 5)
    with clock.at(begins):
        first = _rota(organization, FIRST_LINE, team.technicians, begins.date())
        second = _rota(organization, SECOND_LINE, [team.manager, team.owner], begins.date())
        desk = Channel(organization=organization, kind=Channel.Kind.EMAIL, least_severity=Severity.MINOR)
        channels.save(channel=desk, values={"name": "Control room", "addresses": "control-room@demo.example"})
        lyon = Channel(organization=organization, kind=Channel.Kind.EMAIL, least_severity=Severity.MAJOR)
        sites = organization.sites.filter(city="Lyon")
        values = {"name": "Car park reception, Lyon", "addresses": "reception.gerland@demo.example"}
        channels.save(channel=lyon, values=values, sites=list(sites))
        rotas.save_policy(
            policy=EscalationPolicy(organization=organization),
            values={"name": "Around the clock", "least_severity": Severity.MAJOR, "repeats": 1, "pause_minutes": 30},
            sites=[],
            steps=[
                EscalationStep(rota=first, after_minutes=0),
                EscalationStep(rota=second, after_minutes=15),
                EscalationStep(person=team.owner, after_minutes=15),
            ],
        )
    return 5


def _rota(organization: Organization, name: str, people: list[User], starts_on: date) -> Rota:
    rota = rotas.save_rota(rota=Rota(organization=organization), values={"name": name, "timezone": "Europe/Berlin"})
    layer = RotaLayer(rota=rota)
    rotas.save_layer(
        layer=layer, values={"name": "Weeks", "starts_on": starts_on, "handover": time(9), "days": 7}, people=people
    )
    return rota
