"""What the demo network consists of. All names, addresses and cards are invented."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal

from django.conf import settings

from drivers.domain.roles import Role
from drivers.domain.tokens import TokenStatus, TokenType
from stations.models import Station

ORGANIZATION = "Demo Network"
SLUG = "demo-network"
PASSWORD = "demo-busbar"  # noqa: S105 - printed at every start, for a network that exists on this machine only


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """`role` in the demo organization; None for a driver, who works for nobody."""

    email: str
    name: str
    role: Role | None


@dataclass(frozen=True, slots=True)
class DemoSite:
    name: str
    address: str
    city: str
    country: str
    latitude: str
    longitude: str
    timezone: str
    is_open: bool
    sessions_per_day: float  # per EVSE
    opening_hours: str  # as stations.domain.opening_hours_text reads them
    directions: str
    staff_note: str
    contact: str


@dataclass(frozen=True, slots=True)
class DemoNature:
    """What a station is like. `fails`: the share of its sessions in which nothing flows; `weak_evse`: the number of the
    one whose power modules are mostly dead; `is_shunned`: nobody comes any more."""

    firmware: str
    fails: float = 0.02
    weak_evse: int = 0
    is_shunned: bool = False


@dataclass(frozen=True, slots=True)
class DemoStation:
    """`max_power_w` is that of each EVSE."""

    identity: str
    name: str
    site: str
    protocol: Literal["ocpp1.6", "ocpp2.0.1"]
    security_profile: int
    evses: int
    current_type: Literal["ac", "dc"]
    max_power_w: int
    vendor: str
    model: str

    @property
    def nature(self) -> DemoNature:
        return NATURES[self.identity]

    def power_share(self, evse: int) -> float:
        """How much of its rating an EVSE really gives."""
        return 0.3 if evse == self.nature.weak_evse else 1.0

    @property
    def iccid(self) -> str:
        return ICCIDS[self.identity[:3]] + self.identity[-2:]

    @property
    def connector_type(self) -> str:
        return "cCCS2" if self.current_type == "dc" else "sType2"

    @property
    def password(self) -> str | None:
        """Follows from the installation's secret, so that the virtual charger knows it and nothing stores it."""
        if self.security_profile == Station.SecurityProfile.NONE:
            return None
        digest = hmac.new(settings.SECRET_KEY.encode(), f"demo {self.identity}".encode(), hashlib.sha256)
        return digest.hexdigest()[:32]

    @property
    def cards(self) -> tuple[str, ...]:
        """The cards that are shown at this station."""
        seed = hashlib.sha256(self.identity.encode()).hexdigest().upper()
        return tuple(f"04{seed[n * 12 : n * 12 + 12]}" for n in range(CARDS_PER_STATION))


@dataclass(frozen=True, slots=True)
class DemoToken:
    """`driver` is an email address; `expired` ones ran out a month before the network was made."""

    value: str
    label: str
    type: TokenType = TokenType.ISO14443
    status: TokenStatus = TokenStatus.ACCEPTED
    expired: bool = False
    driver: str = ""


CARDS_PER_STATION = 4

PEOPLE = (
    DemoPerson("operator@demo.example", "Olga Petersen", Role.OWNER),
    DemoPerson("manager@demo.example", "Ingrid Bakker", Role.OPERATOR),
    DemoPerson("technician@demo.example", "Tomás Vega", Role.TECHNICIAN),
    DemoPerson("technician2@demo.example", "Jonas Weiß", Role.TECHNICIAN),
    DemoPerson("support@demo.example", "Sanne de Wit", Role.SUPPORT),
    DemoPerson("driver@demo.example", "Dana Lind", None),
)

SITES = (
    DemoSite(
        *("Alsterhafen", "Kajenweg 4", "Hamburg", "DE", "53.550340", "9.992130", "Europe/Berlin", False, 2.0),
        opening_hours="Mo-Sa 06:00-23:00; Su 08:00-22:00",
        directions="In the car park under the quay: follow the blue signs. Two hours are free while charging.",
        staff_note="Meter room behind door U1-07; the key hangs at the harbour office.",
        contact="Harbour office",
    ),
    DemoSite(
        *("Rasthof Werratal", "An der A4 12", "Eisenach", "DE", "50.985120", "10.284630", "Europe/Berlin", True, 6.0),
        opening_hours="24/7",
        directions="Next to the filling station. Vehicles with a trailer fit at lane 4.",
        staff_note="The transformer belongs to the grid operator: do not open it.",
        contact="Rest area manager",
    ),
    DemoSite(
        *("Oosterpark", "Linnaeuskade 88", "Amsterdam", "NL", "52.358420", "4.923570", "Europe/Amsterdam", False, 2.5),
        opening_hours="24/7",
        directions="At the kerb, west of the bridge.",
        staff_note="Residents' parking: put the work permit behind the windscreen.",
        contact="City district East",
    ),
    DemoSite(
        *("Parc relais Gerland", "Allée du Confluent 7", "Lyon", "FR", "45.727310", "4.831240", "Europe/Paris", True),
        3.0,
        opening_hours="Mo-Th 05:00-00:30; Fr-Sa 05:00-02:00; Su 06:00-00:30",
        directions="Level 0, left of the entrance. Height limit 2.1 m.",
        staff_note="Ring at the barrier for maintenance; the code is at the reception.",
        contact="Car park reception",
    ),
    DemoSite(
        *("Nordhavn Kaj", "Redmolen 21", "København", "DK", "55.709260", "12.599480", "Europe/Copenhagen", False, 2.5),
        opening_hours="24/7",
        directions="At the end of the quay, by the crane.",
        staff_note="",
        contact="Harbour master",
    ),
)

STATIONS = (
    DemoStation("HAM-01", "Kaj 1", "Alsterhafen", "ocpp1.6", 1, 2, "ac", 22_000, "Nordlicht", "Duo 22"),
    DemoStation("HAM-02", "Kaj 2", "Alsterhafen", "ocpp1.6", 1, 2, "ac", 22_000, "Nordlicht", "Duo 22"),
    DemoStation("HAM-03", "Kaj 3", "Alsterhafen", "ocpp2.0.1", 1, 2, "ac", 22_000, "Nordlicht", "Duo 22 II"),
    DemoStation("HAM-04", "Speicher", "Alsterhafen", "ocpp1.6", 0, 1, "ac", 11_000, "Elbwerk", "Pfahl 11"),
    DemoStation("ESA-01", "Lane 1", "Rasthof Werratal", "ocpp2.0.1", 1, 2, "dc", 150_000, "Ampère Est", "Rapide 150"),
    DemoStation("ESA-02", "Lane 2", "Rasthof Werratal", "ocpp2.0.1", 1, 2, "dc", 150_000, "Ampère Est", "Rapide 150"),
    DemoStation("ESA-03", "Lane 3", "Rasthof Werratal", "ocpp2.0.1", 1, 1, "dc", 300_000, "Ampère Est", "Rapide 300"),
    DemoStation("ESA-04", "Lane 4", "Rasthof Werratal", "ocpp1.6", 1, 1, "dc", 50_000, "Elbwerk", "Schnell 50"),
    DemoStation("AMS-01", "Kade west", "Oosterpark", "ocpp1.6", 1, 2, "ac", 11_000, "Polder", "Paal 2x11"),
    DemoStation("AMS-02", "Kade midden", "Oosterpark", "ocpp1.6", 1, 2, "ac", 11_000, "Polder", "Paal 2x11"),
    DemoStation("AMS-03", "Kade oost", "Oosterpark", "ocpp2.0.1", 1, 2, "ac", 22_000, "Polder", "Paal 2x22"),
    DemoStation(
        "LYS-01", "Niveau 0 A", "Parc relais Gerland", "ocpp2.0.1", 1, 2, "ac", 22_000, "Ampère Est", "Ville 22"
    ),
    DemoStation("LYS-02", "Niveau 0 B", "Parc relais Gerland", "ocpp1.6", 0, 2, "ac", 22_000, "Ampère Est", "Ville 22"),
    DemoStation("LYS-03", "Entrée", "Parc relais Gerland", "ocpp2.0.1", 1, 1, "dc", 60_000, "Ampère Est", "Rapide 60"),
    DemoStation("CPH-01", "Kaj syd", "Nordhavn Kaj", "ocpp2.0.1", 1, 2, "ac", 22_000, "Polder", "Paal 2x22"),
    DemoStation("CPH-02", "Kaj nord", "Nordhavn Kaj", "ocpp1.6", 1, 1, "dc", 50_000, "Elbwerk", "Schnell 50"),
)

NATURES = {
    "HAM-01": DemoNature("2.8.0"),
    "HAM-02": DemoNature("2.8.0"),
    "HAM-03": DemoNature("5.1.3"),
    "HAM-04": DemoNature("1.9.4", fails=0.04),
    "ESA-01": DemoNature("4.2.0", fails=0.03),
    "ESA-02": DemoNature("4.2.0", fails=0.03, weak_evse=2),
    "ESA-03": DemoNature("4.2.0", fails=0.05),
    "ESA-04": DemoNature("2.3.7", fails=0.12),
    "AMS-01": DemoNature("3.2.1"),
    "AMS-02": DemoNature("3.1.0", fails=0.07),
    "AMS-03": DemoNature("3.2.1"),
    "LYS-01": DemoNature("1.4.2"),
    "LYS-02": DemoNature("1.4.2", fails=0.04),
    "LYS-03": DemoNature("4.1.0", fails=0.04),
    "CPH-01": DemoNature("3.2.1"),
    "CPH-02": DemoNature("2.4.0", fails=0.03, is_shunned=True),
}

# What the SIMs of a site begin with; its stations have the two digits after it.
ICCIDS = {
    "HAM": "8949900710000041",
    "CPH": "8949900710000062",
    "ESA": "8949900820000017",
    "AMS": "8931900330000009",
    "LYS": "8933900540000058",
}

TOKENS = (
    DemoToken("0453A1B27C4D80", "Dana's card", driver="driver@demo.example"),
    DemoToken("DE-BSB-C00184302-7", "Dana's contract", type=TokenType.EMAID, driver="driver@demo.example"),
    DemoToken("04B10C4ED00001", "Reported stolen", status=TokenStatus.BLOCKED),
    DemoToken("04E4F1D9ED0002", "Fleet card 2024", expired=True),
    *(
        DemoToken(card, f"{station.identity} card {number}")
        for station in STATIONS
        for number, card in enumerate(station.cards, start=1)
    ),
)
