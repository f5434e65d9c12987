"""What the commands take that change how a station gets in: its password, its security profile, its network."""

from stations.domain.commands import CommandKind as Kind
from stations.domain.parameter import Parameter

INTERFACES = tuple(f"{kind}{number}" for kind in ("Wired", "Wireless") for number in range(4))
_VERSIONS = ("OCPP16", "OCPP20", "OCPP201", "OCPP21")

_APN = (
    Parameter("apn", str, "Access point name.", required=True),
    Parameter("apn_user_name", str, "User name at the access point."),
    Parameter("apn_password", str, "Password at the access point."),
    Parameter("sim_pin", int, "PIN of the SIM card."),
    Parameter("preferred_network", str, "MCC and MNC of the network to prefer."),
    Parameter("use_only_preferred_network", bool, "Whether to use no other network."),
    Parameter(
        "apn_authentication", str, "How to authenticate.", required=True, choices=("PAP", "CHAP", "NONE", "AUTO")
    ),
)
_VPN = (
    Parameter("type", str, "Kind of VPN.", required=True, choices=("IKEv2", "IPSec", "L2TP", "PPTP")),
    Parameter("server", str, "Its server.", required=True),
    Parameter("user", str, "User name.", required=True),
    Parameter("group", str, "Group."),
    Parameter("password", str, "Password.", required=True),
    Parameter("key", str, "Shared secret.", required=True),
)

ACCESS: dict[Kind, tuple[Parameter, ...]] = {
    Kind.ROTATE_PASSWORD: (),
    Kind.UPGRADE_SECURITY_PROFILE: (
        Parameter("security_profile", int, "The new security profile; higher than the present one.", required=True),
        Parameter("url", str, "Address of this CSMS for the station, without its identity; OCPP 2.x needs it."),
        Parameter(
            "slot", int, "Which of the station's slots for connection profiles (OCPP 2.x); left out: one that is free."
        ),
        Parameter("interface", str, "OCPP 2.x: by which network; left out: Wired0.", choices=INTERFACES),
    ),
    Kind.SET_NETWORK_PROFILE: (
        Parameter("slot", int, "Which of the station's slots for connection profiles (OCPP 2.x).", required=True),
        Parameter("url", str, "Address of this CSMS for the station, without its identity.", required=True),
        Parameter("security_profile", int, "0 to 3.", required=True),
        Parameter("interface", str, "By which network; left out: Wired0.", choices=(*INTERFACES, "Any")),
        Parameter("message_timeout", int, "Seconds the station waits for an answer; left out: 30."),
        Parameter("ocpp_version", str, "Left out: as connected now.", choices=_VERSIONS),
        Parameter("apn", dict, "Mobile network.", items=_APN),
        Parameter("vpn", dict, "VPN.", items=_VPN),
    ),
}
