from stations.models.command import Command
from stations.models.connection import Connection, EdgeProcess, RefusedAttempt
from stations.models.frame import Frame, RecentCalls
from stations.models.journal import Delivery, Fact
from stations.models.session import MeterSample, Session, SessionEvent
from stations.models.site import Site, SiteScope
from stations.models.station import Connector, Evse, Station
from stations.models.variable import Variable

__all__ = [
    "Command",
    "Connection",
    "Connector",
    "Delivery",
    "EdgeProcess",
    "Evse",
    "Fact",
    "Frame",
    "MeterSample",
    "RecentCalls",
    "RefusedAttempt",
    "Session",
    "SessionEvent",
    "Site",
    "SiteScope",
    "Station",
    "Variable",
]
