"""The routing table of OCPP 2.0.1."""

from stations.ocpp.router import Routes

ROUTES = Routes()
