"""The routing table of OCPP 1.6."""

from stations.ocpp.router import Routes

ROUTES = Routes()
