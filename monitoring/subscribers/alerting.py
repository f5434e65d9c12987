"""Something happened at a station: the rules that listen to it look there at once."""

from monitoring.services import alerting
from stations.models import Fact


def on_fact(fact: Fact) -> None:
    alerting.heard(fact)
