"""What this floor does when it hears of a fact. `config.wiring` says which; each may come late, twice, out of order."""

from stations.models import ConfigurationTemplate, Fact, Station
from stations.services import configuration


def read_configuration(fact: Fact) -> None:
    """A station restarted: ask for what is enforced there."""
    if station := Station.objects.filter(pk=fact.subject_id).select_related("site").first():
        configuration.read_enforced(station=station)


def repair_configuration(fact: Fact) -> None:
    """A station told values of its configuration: set what differs from those that are enforced."""
    if station := Station.objects.filter(pk=fact.subject_id).select_related("site").first():
        configuration.repair_enforced(stations=[station])


def repair_stations_of_template(fact: Fact) -> None:
    """A template changed: bring its stations in line with it, if it is enforced."""
    if template := ConfigurationTemplate.objects.filter(pk=fact.subject_id).first():
        configuration.repair_fitting(template=template)
