"""EV-ChART: what 23 CFR 680.112 asks for, in the rows that its importer takes.

EV-ChART's *station* is a site, its *charger* a station of ours, its *port* an EVSE (23 CFR 680.104: a charging station
is the area around a group of chargers). Modules 2 to 4 are due each quarter, module 5 each year. As its importer checks
them: times are `2026-01-31T23:59:59Z`; decimals are plain, with all digits before the point within precision minus
scale; booleans are TRUE or FALSE. A port without a session (module 2) has one row with nothing but its ids; so has a
port without an outage (module 4). Module 3 leaves `uptime` empty only in a station's first year.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

# How each row of each module begins.
_WHOSE = ("station_id", "network_provider")
COLUMNS: Mapping[int, tuple[str, ...]] = MappingProxyType(
    {
        2: (
            *_WHOSE,
            "port_id",
            "charger_id",
            "session_id",
            "connector_id",
            "session_start",
            "session_end",
            "session_error",
            "error_other",
            "energy_kwh",
            "power_kw",
            "payment_method",
            "payment_other",
        ),
        3: (
            *_WHOSE,
            "port_id",
            "uptime_reporting_start",
            "uptime_reporting_end",
            "uptime",
            "total_outage",
            "total_outage_excl",
        ),
        4: (*_WHOSE, "port_id", "outage_id", "outage_duration"),
        5: (
            *_WHOSE,
            "project_id",
            "maintenance_report_start",
            "maintenance_report_end",
            "caas",
            "maintenance_cost_total",
            "maintenance_cost_federal",
            "maintenance_notes",
        ),
    }
)
LONGEST_ID, LONGEST_TEXT = 36, 255
# The shortest outage that module 4 takes, in minutes.
SHORTEST_OUTAGE_MIN = Decimal("0.01")
_CENT = Decimal("0.01")
# Reasons for the end of a session (as on the wire, OCPP 1.6 and 2.x) that no driver meant.
ERRORS = frozenset(
    {
        "EmergencyStop",
        "EnergyLimitReachedError",
        "GroundFault",
        "HardReset",
        "ImmediateReset",
        "OvercurrentFault",
        "PowerLoss",
        "PowerQuality",
        "Reboot",
        "SoftReset",
        "Timeout",
    }
)
NO_ERROR, NO_ENERGY, OTHER = "None", "No energy delivered", "Other"
# An attempt that delivered less is none that worked (ChargeX).
LEAST_WH = 100
# OCPP token types → how was paid, in words; of others `payment_other` says what was used.
PAYMENTS: Mapping[str, str] = MappingProxyType(
    {
        "DirectPayment": "Credit or debit card",
        "ISO14443": "RFID card",
        "ISO15693": "RFID card",
        "eMAID": "Plug and Charge",
        "Central": "Mobile app or web",
        "NoAuthorization": "Free of charge",
    }
)


@dataclass(frozen=True, slots=True)
class Quarter:
    """Of a calendar year, by UTC."""

    year: int
    number: int

    @property
    def start(self) -> datetime:
        return datetime(self.year, 3 * self.number - 2, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return self.following.start

    @property
    def following(self) -> "Quarter":
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)

    @property
    def previous(self) -> "Quarter":
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)

    @property
    def months(self) -> list[tuple[datetime, datetime]]:
        """Its three months: start, and the first instant after it."""
        first = 3 * self.number - 2
        starts = [datetime(self.year, month, 1, tzinfo=UTC) for month in range(first, first + 3)]
        return list(zip(starts, [*starts[1:], self.end], strict=True))

    @property
    def due(self) -> date:
        """The last day of the following month (23 CFR 680.112(a))."""
        month = self.end.date().replace(day=28) + timedelta(days=4)
        return month.replace(day=1) - timedelta(days=1)

    @classmethod
    def of(cls, at: datetime) -> "Quarter":
        moment = at.astimezone(UTC)
        return cls(moment.year, (moment.month - 1) // 3 + 1)

    def __str__(self) -> str:
        return f"{self.year}-Q{self.number}"


@dataclass(frozen=True, slots=True)
class Port:
    """Whose row it is."""

    station_id: str
    network_provider: str
    port_id: str

    @property
    def cells(self) -> dict[str, str]:
        return {
            "station_id": self.station_id,
            "network_provider": self.network_provider,
            "port_id": self.port_id,
        }


@dataclass(frozen=True, slots=True)
class Told:
    """One session as module 2 wants it. `peak_w`: highest reading; None where the charger told none."""

    session_id: str
    charger_id: str
    connector_id: str
    start: datetime
    end: datetime
    stop_reason: str
    energy_wh: int
    peak_w: float | None
    token_type: str


def port_id(identity: str, number: int, pk: int) -> str:
    """A port's lasting id: the station's identity and the EVSE's number; where that is too long, a number of ours."""
    text = f"{identity}*{number}"
    return text if len(text) <= LONGEST_ID else f"EVSE-{pk}"


def moment(at: datetime) -> str:
    """“2026-01-31T23:59:59Z”."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def plain(value: Decimal | float, *, precision: int, scale: int = 2) -> str:
    """A decimal that fits: rounded to `scale`, and no more than `precision` digits can say."""
    most = Decimal(10) ** (precision - scale) - Decimal(1).scaleb(-scale)
    found = Decimal(str(value)).quantize(Decimal(1).scaleb(-scale), ROUND_HALF_UP)
    return f"{min(max(found, Decimal(0)), most):f}"


def truth(value: bool) -> str:
    return "TRUE" if value else "FALSE"


def session_row(port: Port, told: Told) -> dict[str, str]:
    """A row of module 2. A session without a reading of power is told its mean one."""
    hours = (told.end - told.start).total_seconds() / 3600
    mean_w = told.energy_wh / hours if hours > 0 else 0.0
    error, detail = _error(told)
    method = PAYMENTS.get(told.token_type, OTHER)
    return port.cells | {
        "charger_id": told.charger_id if len(told.charger_id) <= LONGEST_ID else "",
        "session_id": told.session_id[:LONGEST_ID],
        "connector_id": told.connector_id[:LONGEST_ID],
        "session_start": moment(told.start),
        "session_end": moment(max(told.start, told.end)),
        "session_error": error,
        "error_other": detail,
        "energy_kwh": plain(told.energy_wh / 1000, precision=7),
        "power_kw": plain((mean_w if told.peak_w is None else told.peak_w) / 1000, precision=7),
        "payment_method": method,
        "payment_other": (told.token_type or "Not known")[:LONGEST_TEXT] if method == OTHER else "",
    }


def _error(told: Told) -> tuple[str, str]:
    if told.stop_reason in ERRORS:
        return told.stop_reason, ""
    if told.energy_wh < LEAST_WH:
        return NO_ENERGY, told.stop_reason[:LONGEST_TEXT]
    return NO_ERROR, ""


def no_session_row(port: Port) -> dict[str, str]:
    """Of a port nobody charged at."""
    return _with_nothing_else(2, port)


def uptime_row(
    port: Port, span: tuple[datetime, datetime], uptime: float | None, outage_min: float, excluded_min: float
) -> dict[str, str]:
    """A row of module 3. `span`: a month and the first instant after it; `uptime`: µ in percent over twelve months,
    None in the first year."""
    outage = plain(outage_min, precision=8)
    excluded = plain(min(excluded_min, outage_min), precision=8)
    return port.cells | {
        "uptime_reporting_start": moment(span[0]),
        "uptime_reporting_end": moment(span[1] - timedelta(seconds=1)),
        "uptime": "" if uptime is None else plain(min(uptime, 100.0), precision=5),
        "total_outage": outage,
        "total_outage_excl": excluded,
    }


def outage_rows(port: Port, outages: Sequence[tuple[datetime, datetime]]) -> list[dict[str, str]]:
    """Rows of module 4 of one port, in order; its one empty row where no outage is long enough to be told. An outage is
    named by the second it began: of two in one second, the longer is told."""
    longest: dict[str, Decimal] = {}
    for start, end in outages:
        minutes = (Decimal(str((end - start).total_seconds())) / 60).quantize(_CENT, ROUND_HALF_UP)
        if minutes >= SHORTEST_OUTAGE_MIN:
            longest[moment(start)] = max(minutes, longest.get(moment(start), Decimal(0)))
    if not longest:
        return [_with_nothing_else(4, port)]
    return [
        port.cells | {"outage_id": start, "outage_duration": plain(minutes, precision=8)}
        for start, minutes in sorted(longest.items())
    ]


@dataclass(frozen=True, slots=True)
class Costs:
    """What maintenance of a station cost in a year, in US dollars. `total` None: nobody wrote it down."""

    total: Decimal | None
    federal_share: Decimal
    project_id: str
    is_service: bool
    notes: str


def cost_row(station_id: str, network_provider: str, year: int, costs: Costs) -> dict[str, str]:
    """A row of module 5: the calendar year (23 CFR 680.112(b)(1)). `federal_share`: from 0 to 1."""
    federal = (costs.total or Decimal(0)) * costs.federal_share
    return {
        "station_id": station_id,
        "network_provider": network_provider,
        "project_id": costs.project_id,
        "maintenance_report_start": moment(datetime(year, 1, 1, tzinfo=UTC)),
        "maintenance_report_end": moment(datetime(year, 12, 31, 23, 59, 59, tzinfo=UTC)),
        "caas": truth(costs.is_service),
        "maintenance_cost_total": "" if costs.total is None else plain(costs.total, precision=9),
        "maintenance_cost_federal": plain(federal, precision=9),
        "maintenance_notes": costs.notes[:LONGEST_TEXT],
    }


def line(module: int, row: Mapping[str, str]) -> list[str]:
    """The row's cells in the order of its module's columns."""
    return [row[name] for name in COLUMNS[module]]


def _with_nothing_else(module: int, port: Port) -> dict[str, str]:
    return dict.fromkeys(COLUMNS[module], "") | port.cells
