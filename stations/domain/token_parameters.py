"""What the commands take that are about id tokens: reservations, local lists, payment."""

from datetime import datetime

from stations.domain.commands import CommandKind as Kind
from stations.domain.parameter import Parameter

# The statuses that all versions have words for.
LIST_STATUSES = ("Accepted", "Blocked", "Expired", "Invalid")

_TOKEN_TYPE = Parameter("id_token_type", str, "OCPP 2.x type of the token; left out: as known, else ISO14443.")
_LIST_ENTRY = (
    Parameter("id_token", str, "The token.", required=True),
    _TOKEN_TYPE,
    Parameter("status", str, "Left out: as known, else Accepted.", choices=LIST_STATUSES),
    Parameter("expires_at", datetime, "From when on it is no longer valid, ISO 8601."),
    Parameter("group_id_token", str, "Parent or group id token."),
    Parameter("remove", bool, "Whether a differential update takes it out of the list."),
)

TOKENS: dict[Kind, tuple[Parameter, ...]] = {
    Kind.RESERVE: (
        Parameter("id_token", str, "Whom the place is kept for.", required=True),
        _TOKEN_TYPE,
        Parameter("group_id_token", str, "Parent or group id token: everybody of the group may use the place."),
        Parameter("evse", int, "EVSE number; left out: any of the station."),
        Parameter("connector", int, "Connector number within the EVSE; OCPP 2.x keeps the whole EVSE."),
        Parameter("connector_type", str, "Any EVSE with such a connector, such as cCCS2 (OCPP 2.x)."),
        Parameter("expires_at", datetime, "Until when, ISO 8601.", required=True),
        Parameter("reservation_id", int, "Its number on the wire; left out: one is given out."),
    ),
    Kind.CANCEL_RESERVATION: (Parameter("reservation_id", int, "Its number on the wire.", required=True),),
    Kind.SEND_LOCAL_LIST: (
        Parameter(
            "update", str, "Left out: differential where the station's list is known.", choices=("full", "differential")
        ),
        Parameter("entries", list, "Left out: what the station's list lacks or has too much.", items=_LIST_ENTRY),
        Parameter("version", int, "Left out: the next one."),
    ),
    Kind.GET_LOCAL_LIST_VERSION: (),
    Kind.NOTIFY_WEB_PAYMENT: (
        Parameter("evse", int, "EVSE that somebody is paying for (OCPP 2.1).", required=True),
        Parameter("timeout_s", int, "How long the station keeps it free for them, in seconds.", required=True),
    ),
}
