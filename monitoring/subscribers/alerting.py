"""Something happened at stations: the rules that listen to it look there at once."""

from monitoring.services import alerting
from stations.journal import InBatches

on_facts = InBatches(alerting.heard)
