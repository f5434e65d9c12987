"""What the commands about power, prices on the station and batteries take (OCPP blocks K, I, Q, R, S)."""

from datetime import datetime

from stations.domain.commands import CommandKind as Kind
from stations.domain.parameter import Parameter

_EVSE = Parameter("evse", int, "EVSE number; left out: the station as a whole.")
_PROFILE = Parameter("profile", int, "Id of a charging profile, as on the wire.", required=True)
_TRANSACTION = Parameter("transaction_id", str, "As on the wire.", required=True)
_PURPOSES = (
    *("ChargingStationMaxProfile", "TxDefaultProfile", "TxProfile", "ChargingStationExternalConstraints"),
    *("PriorityCharging", "LocalGeneration"),
)
_CRITERIA = (
    Parameter("purpose", str, "Only profiles of this purpose.", choices=_PURPOSES),
    Parameter("stack_level", int, "Only profiles of this stack level."),
)
_DER_TYPE = Parameter("control_type", str, "DERControlEnumType, such as VoltVar.")
_DER_DEFAULT = Parameter("is_default", bool, "Whether it always applies, unless a scheduled one supersedes it.")

# Goes with a remote start too.
REMOTE_START_PROFILE = Parameter(
    "charging_profile", int, "Id of a TxProfile that the session is to charge by from its start."
)

POWER: dict[Kind, tuple[Parameter, ...]] = {
    Kind.SET_CHARGING_PROFILE: (
        _PROFILE,
        _EVSE,
        Parameter("transaction_id", str, "For a TxProfile; left out: the session that runs on the EVSE."),
    ),
    Kind.CLEAR_CHARGING_PROFILE: (
        Parameter("profile", int, "Id of the profile, as on the wire; left out: all that fit the rest."),
        *_CRITERIA,
        Parameter("evse", int, "Only profiles of this EVSE; 0: those of the station as a whole."),
    ),
    Kind.GET_COMPOSITE_SCHEDULE: (
        _EVSE,
        Parameter("duration_s", int, "For how many seconds from now on; left out: a day."),
        Parameter("unit", str, "A or W; left out: as the station likes.", choices=("A", "W")),
    ),
    Kind.GET_CHARGING_PROFILES: (
        Parameter("evse", int, "Only profiles of this EVSE; 0: those of the station as a whole; left out: all."),
        Parameter("profile", int, "Only the profile of this id."),
        *_CRITERIA,
        Parameter("source", str, "Only profiles that come from there, such as CSO (us), EMS, SO or Other."),
    ),
    Kind.UPDATE_DYNAMIC_SCHEDULE: (
        _PROFILE,
        Parameter("limit", float, "New limit, in the profile's unit."),
        Parameter("discharge_limit", float, "New limit of discharging, negative."),
        Parameter("setpoint", float, "New rate to follow; negative discharges."),
        Parameter("setpoint_reactive", float, "New reactive power or current to follow."),
    ),
    Kind.USE_PRIORITY_CHARGING: (
        _TRANSACTION,
        Parameter("activate", bool, "Whether it charges by the station's priority profile.", required=True),
    ),
    Kind.ALLOW_ENERGY_TRANSFER: (
        _TRANSACTION,
        Parameter("modes", str, "EnergyTransferModes allowed, with commas, such as DC,DC_BPT.", required=True),
    ),
    Kind.SEND_AFRR_SIGNAL: (
        Parameter("signal", int, "Value of the grid's signal, in percent.", required=True),
        Parameter("at", datetime, "When it takes effect; left out: now."),
    ),
    Kind.SET_DER_CONTROL: (
        Parameter("control_type", str, "DERControlEnumType, such as VoltVar.", required=True),
        Parameter("control", dict, "Its content as on the wire, such as a curve.", required=True),
        Parameter("control_id", str, "Left out: one is given out."),
        _DER_DEFAULT,
    ),
    Kind.GET_DER_CONTROLS: (
        _DER_TYPE,
        Parameter("control_id", str, "Only this one."),
        Parameter("is_default", bool, "Only default ones, or only scheduled ones."),
    ),
    Kind.CLEAR_DER_CONTROL: (
        Parameter("is_default", bool, "Whether default ones are meant, or scheduled ones.", required=True),
        _DER_TYPE,
        Parameter("control_id", str, "Only this one."),
    ),
    Kind.UPDATE_COST: (
        _TRANSACTION,
        Parameter("total_cost", float, "What the session costs so far, in the station's currency.", required=True),
    ),
    Kind.SET_DEFAULT_TARIFF: (
        Parameter("tariff", dict, "TariffType as on the wire.", required=True),
        _EVSE,
    ),
    Kind.GET_TARIFFS: (_EVSE,),
    Kind.CLEAR_TARIFFS: (
        Parameter("tariff_id", str, "Only this one; left out: all default tariffs."),
        Parameter("evse", int, "Only those of this EVSE."),
    ),
    Kind.CHANGE_SESSION_TARIFF: (
        _TRANSACTION,
        Parameter("tariff", dict, "TariffType as on the wire.", required=True),
    ),
    Kind.REQUEST_BATTERY_SWAP: (
        Parameter("id_token", str, "The token the swap is for.", required=True),
        Parameter("id_token_type", str, "OCPP 2.x type of the token; left out: as known, else Central."),
    ),
}
