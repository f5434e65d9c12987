"""The routing table of OCPP 2.1: all of 2.0.1, which it extends, and what its own modules add or replace."""

from stations.ocpp.v201.routes import ROUTES as OF_201

# Importing anything of v201 has run the package, and with it all blocks that fill its table.
ROUTES = OF_201.extended()
