"""What the large network consists of: for each table, SQL over a row's number `i`. See benchmarks.network.

`pick(id, salt, n)` is a number below n and `chance(id, salt)` one from 0 to 1, by chance but always the same.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Model

from benchmarks.places import CITIES

SAMPLES = 20
FRAME_DAYS = 14
VARIABLES = 60
# The first sites belong to the largest organization; some of them are all that the scoped operator sees.
FIRST_SITES, SCOPED_SITES = 20, 5
# Those who look have lower ids.
FIRST_DRIVER = 100


@dataclass(frozen=True)
class Sizes:
    """How many rows there are of each kind."""

    organizations: int
    sites: int
    stations: int
    evses: int
    drivers: int
    tokens: int
    sessions: int
    open_sessions: int
    frames: int
    connections: int
    commands: int
    events: int
    facts: int


def sizes(size: float) -> Sizes:
    """Size 1.0 is 100,000 EVSEs, 5 million sessions and 100 million meter samples."""
    stations = 4 * max(5, round(10_000 * size))
    evses = stations * 5 // 2
    return Sizes(
        organizations=min(20, max(2, math.ceil(500 * size))),
        sites=max(FIRST_SITES, stations // 5),
        stations=stations,
        evses=evses,
        drivers=evses,
        tokens=5 * evses,
        sessions=50 * evses,
        open_sessions=max(2, evses // 20),
        frames=50 * evses,
        connections=50 * stations,
        commands=5 * evses,
        events=4 * evses,
        facts=10 * evses,
    )


def array(values: list[object], kind: str) -> str:
    return "ARRAY[" + ", ".join(f"'{value}'" for value in values) + f"]::{kind}[]"


def _names() -> str:
    return array([name for name, _, _ in CITIES], "text")


# Of four stations in turn, the first has one EVSE, the next two have two, the last has five.
FUNCTIONS = {
    "pick(id bigint, salt bigint, n bigint) RETURNS bigint": (
        "mod(hashint8extended(id, salt * 1000 + {seed}) & 9223372036854775807, n)"
    ),
    "chance(id bigint, salt bigint) RETURNS float8": "pick(id, salt, 1000000) / 1000000.0::float8",
    "ago(seconds float8) RETURNS timestamptz": "'{now}'::timestamptz - seconds * interval '1 second'",
    "station_of(evse bigint) RETURNS bigint": (
        "(evse - 1) / 10 * 4 + (ARRAY[1,2,2,3,3,4,4,4,4,4])[1 + mod(evse - 1, 10)]"
    ),
    "number_of(evse bigint) RETURNS int": "(ARRAY[1,1,2,1,2,1,2,3,4,5])[1 + mod(evse - 1, 10)]",
    "evse_of(station bigint) RETURNS bigint": "(station - 1) / 4 * 10 + (ARRAY[1,2,4,6])[1 + mod(station - 1, 4)]",
    "protocol_of(station bigint) RETURNS text": "CASE WHEN chance(station, 3) < 0.55 THEN 'ocpp1.6' "
    "WHEN chance(station, 3) < 0.9 THEN 'ocpp2.0.1' ELSE 'ocpp2.1' END",
    "watts_of(station bigint) RETURNS int": (
        "(ARRAY[11000, 22000, 22000, 50000, 150000, 300000])[1 + pick(station, 4, 6)]"
    ),
    # Most sites stand in and around a city, some along the road to another one.
    "city_of(site bigint) RETURNS int": f"1 + floor({len(CITIES)} * chance(site, 5) ^ 1.3)::int",
    "towards(here float8, there float8, site bigint) RETURNS float8": "here + "
    "CASE WHEN chance(site, 7) < 0.2 THEN chance(site, 8) ELSE 0 END * (there - here)",
    "around(site bigint, salt bigint) RETURNS float8": "chance(site, salt) + chance(site, salt + 1) "
    "+ chance(site, salt + 2) - 1.5",
    "along(places float8[], site bigint) RETURNS float8": "towards(places[city_of(site)], "
    f"places[1 + pick(site, 6, {len(CITIES)})], site)",
}


@dataclass(frozen=True)
class Rows:
    """`count` rows of a model: `columns` maps a column to SQL; the source gives those from {low} to {high}."""

    model: type[Model]
    count: int
    columns: Mapping[str, str]
    source: str = "generate_series({low}::bigint, {high}) AS i"


# A network that has been running has a partition for each week of samples and each day of frames (`ahead` of the first
# that a migration makes), however empty it began.
_PAST = """DO $$ DECLARE name text; oldest date; BEGIN
SELECT min(substring(relid::text from '\\d{{8}}$'))::date INTO oldest FROM pg_partition_tree('{table}') WHERE isleaf;
FOR n IN 1..{count} LOOP
    name := '{table}_' || to_char(oldest - n * {days}, 'YYYYMMDD');
    EXECUTE format('CREATE TABLE %I PARTITION OF {table} FOR VALUES FROM (%L) TO (%L)', name,
        ((oldest - n * {days}) || ' 00:00+00')::timestamptz, ((oldest - (n - 1) * {days}) || ' 00:00+00')::timestamptz);
END LOOP; END $$"""
PAST_PARTITIONS = (
    _PAST.format(table="stations_metersample", days=7, count=53),
    _PAST.format(table="stations_frame", days=1, count=FRAME_DAYS),
)

# A session that runs shows at its plug.
AFTERWARDS = (
    "UPDATE stations_connector c SET status = CASE s.phase WHEN 'charging' THEN 'charging' ELSE 'occupied' END "
    "FROM stations_session s WHERE s.connector_id = c.id AND s.ended_at IS NULL",
)
