"""What has to be entered in a charger so that it connects here, and where its vendor put the fields.

The vendors' menus are facts found in their public manuals and help pages; they change with firmware.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from drivers.domain.phrases import Phrase

# Security profiles (OCPP 2.0.1 A00) that need TLS.
_WITH_TLS = (2, 3)
_WITH_PASSWORD = (1, 2)


@dataclass(frozen=True, slots=True)
class Setup:
    """What one charger needs. `password`: only at the moment it is set, else None."""

    base_url: str
    identity: str
    security_profile: int
    password: str | None = None

    @property
    def url(self) -> str:
        """The address without the identity, which chargers append; with TLS where the profile asks for it."""
        parts = urlsplit(self.base_url)
        scheme = "wss" if self.security_profile in _WITH_TLS else parts.scheme
        return urlunsplit(parts._replace(scheme=scheme, path=parts.path.rstrip("/") + "/"))

    @property
    def full_url(self) -> str:
        """The address with the identity, for chargers that append nothing."""
        return self.url + quote(self.identity, safe="")


def keys_16(setup: Setup) -> list[tuple[str, str]]:
    """OCPP 1.6 configuration keys (1.6 security white paper, section 5) for tools that take such a list."""
    keys = [("SecurityProfile", str(setup.security_profile))]
    if setup.security_profile in _WITH_PASSWORD and setup.password:
        keys.append(("AuthorizationKey", setup.password))
    return [*keys, ("WebSocketPingInterval", "60")]


def network_profile_2(setup: Setup) -> dict[str, Any]:
    """The payload of SetNetworkProfile (OCPP 2.0.1 B09) for tools that take one."""
    return {
        "configurationSlot": 1,
        "connectionData": {
            "ocppVersion": "OCPP20",
            "ocppTransport": "JSON",
            "ocppCsmsUrl": setup.url,
            "messageTimeout": 30,
            "securityProfile": setup.security_profile,
            "ocppInterface": "Wired0",
        },
    }


@dataclass(frozen=True, slots=True)
class Vendor:
    """`marks`: what its chargers call themselves contains one of these. `appends_identity`: to the address entered."""

    key: str
    name: Phrase | str
    marks: tuple[str, ...]
    steps: tuple[Phrase, ...]
    appends_identity: bool = True


GENERIC = Vendor(
    "generic",
    Phrase("Any charger"),
    (),
    (
        Phrase(
            "Open the charger's web page, app or service tool and look for OCPP, Backend, Central system or Back"
            " office."
        ),
        Phrase("Choose OCPP 1.6 JSON (also 1.6J, WebSocket) or OCPP 2.0.1, never SOAP."),
        Phrase("Enter the address. If the charger refuses to connect, enter it with the identity at the end."),
        Phrase("Enter the identity as charge point id (also ChargeBoxIdentity), capital letters as shown."),
        Phrase("Enter the password as authorization key or basic authentication password, then restart the charger."),
    ),
)

VENDORS: tuple[Vendor, ...] = (
    Vendor(
        "abb",
        "ABB",
        ("abb",),
        (
            Phrase(
                "Terra AC: open TerraConfig on site, sign in as installer and connect by Bluetooth with the charger's"
                " PIN."
            ),
            Phrase(
                "Under OCPP server choose to enter one by hand, then address and password. The identity is the serial"
                " number unless it is changed there."
            ),
            Phrase(
                "Terra DC and HPC: ABB's service enters the address; send it to them with serial number and identity."
            ),
        ),
    ),
    Vendor(
        "alfen",
        "Alfen",
        ("alfen",),
        (
            Phrase("ACE Service Installer, tab Connectivity: set Back Office Preset to Stand-alone, save and restart."),
            Phrase(
                "Then choose “Manually enter backend settings”, and in network profile 1: protocol OCPP 1.6, server"
                " domain and port, back office path and security profile, each from the address shown here."
            ),
            Phrase(
                "wss needs the root certificate as an .fwi file (tab General, Upload Firmware) unless it is known"
                " already."
            ),
            Phrase("Save, restart; Live Monitoring shows “OCPP Boot Notification State: Accepted”."),
        ),
    ),
    Vendor(
        "autel",
        "Autel",
        ("autel",),
        (
            Phrase(
                "Autel Config app: connect to the charger, open its server settings and choose a server of your own."
            ),
            Phrase("Enter address, identity and password, save, and let the charger restart."),
        ),
    ),
    Vendor(
        "bender",
        Phrase("Bender controllers (Mennekes, Ensto, Spelsberg, Juice and others)"),
        ("bender", "mennekes", "ebee", "ensto", "spelsberg", "juice", "webasto"),
        (
            Phrase(
                "By USB open http://192.168.123.123/operator/, or the same page at the charger's address, as operator."
            ),
            Phrase("Backend, Connection: the way to the internet. Backend, OCPP: mode OCPP-J 1.6."),
            Phrase(
                "“OCPP ChargeBoxIdentity (ChargePointID)”: the identity. “WebSockets JSON OCPP URL of the Backend”:"
                " the address, with the slash at its end."
            ),
            Phrase("“HTTP Basic Authentication password”: the password. Save and restart."),
        ),
    ),
    Vendor(
        "easee",
        "Easee",
        ("easee",),
        (
            Phrase("Native OCPP is set through Easee's OCPP commissioning API, not in the app."),
            Phrase(
                "Store the connection: url is the address, chargePointId the identity, basicAuthPassword the"
                " password; caCertificate is needed for authorities the charger does not know."
            ),
            Phrase("Apply it to the charger or to the whole site. The site's operator must be yours."),
        ),
    ),
    Vendor(
        "evbox",
        "EVBox",
        ("evbox", "ev-box"),
        (
            Phrase(
                "EVBox Install app: connect to the station, open its charging management platform and choose another"
                " one."
            ),
            Phrase("Enter address and identity. Older BusinessLine stations are redirected by EVBox's support."),
        ),
    ),
    Vendor(
        "keba",
        "KEBA",
        ("keba",),
        (
            Phrase(
                "P30 x-series and P40: open the charger's web page and sign in; in a charging network, at the master."
            ),
            Phrase("OCPP: enable it, connection type WebSocket, then host, port and path from the address shown here."),
            Phrase("Charge point identity: the identity. User and password: identity and password. Save; it restarts."),
        ),
    ),
    Vendor(
        "kempower",
        "Kempower",
        ("kempower",),
        (
            Phrase(
                "In the charging system's settings (ChargEye, or on site with the service tool) open its OCPP"
                " connection."
            ),
            Phrase(
                "Each satellite or outlet group is a station of its own: enter address, identity and password for each."
            ),
        ),
    ),
    Vendor(
        "schneider",
        "Schneider Electric",
        ("schneider", "evlink"),
        (
            Phrase(
                "With EcoStruxure EV Charging Expert: supervision “Unique”, then the address as Remote Supervision"
                " URL; the stations keep their own identities."
            ),
            Phrase(
                "Without it: the station's commissioning page, general settings, “Supervision”, then address and"
                " identity."
            ),
            Phrase(
                "If it does not connect over wss, check its clock first: a wrong date makes every certificate invalid."
            ),
        ),
    ),
    Vendor(
        "wallbox",
        "Wallbox",
        ("wallbox", "wall box"),
        (
            Phrase("Wallbox app or portal: the charger's settings, OCPP (1.6J). The charger must be online."),
            Phrase("URL: the address. Charge point identity: the identity. Password: the password. Save; it restarts."),
        ),
    ),
    Vendor(
        "zaptec",
        "Zaptec",
        ("zaptec",),
        (
            Phrase(
                "Zaptec Portal: the installation, Settings, Authentication, “OCPP 1.6J” (the chargers speak"
                " themselves)."
            ),
            Phrase(
                "Central system URL: the address with {deviceId} at its end; Zaptec puts the serial number there, so"
                " the identity here must be the serial number, such as ZAP000001."
            ),
            Phrase("Initial device password: the password. No session may run meanwhile."),
        ),
        appends_identity=False,
    ),
)


def vendor_of(make: str) -> Vendor:
    """The vendor of a charger that calls its make so; GENERIC for one we know nothing of."""
    folded = make.lower()
    return next((vendor for vendor in VENDORS if any(mark in folded for mark in vendor.marks)), GENERIC)


def vendor_named(key: str) -> Vendor | None:
    """The vendor with this key."""
    return next((vendor for vendor in choices() if vendor.key == key), None)


def choices() -> Sequence[Vendor]:
    """All vendors, and first the one for any charger."""
    return (GENERIC, *VENDORS)
