"""The gate: every action of every version is handled, or can be sent by a person in words, or says here why not."""

from types import CodeType, FunctionType, ModuleType

import pytest

from stations.ocpp import protocols

VERSIONS = [protocol.name for protocol in protocols.SPOKEN]

# Actions of ours without a version-neutral command, and why `calls/` is enough for them.
RAW_ONLY: dict[str, dict[str, str]] = {
    "ocpp1.6": {},
    "ocpp2.0.1": {},
    "ocpp2.1": {},
}

# Actions of ours whose answer holds more than a status, and why nothing of it is kept beside the command's result.
UNREAD: dict[str, dict[str, str]] = {
    "ocpp1.6": {"DataTransfer": "What a vendor answers has no meaning here; it stands in the command's result."},
    "ocpp2.0.1": {"DataTransfer": "What a vendor answers has no meaning here; it stands in the command's result."},
    "ocpp2.1": {"DataTransfer": "What a vendor answers has no meaning here; it stands in the command's result."},
}

# Who sends what, from the specifications: OCPP 1.6 chapters 4 (charge point) and 5 (central system) and the security
# white paper's chapter 4; OCPP 2.0.1 and 2.1 part 2, the sequence diagrams of each use case. Only DataTransfer goes
# both ways.
FROM_CHARGER_16 = {
    *("Authorize", "BootNotification", "DiagnosticsStatusNotification", "FirmwareStatusNotification", "Heartbeat"),
    *("MeterValues", "StartTransaction", "StatusNotification", "StopTransaction", "LogStatusNotification"),
    *("SecurityEventNotification", "SignCertificate", "SignedFirmwareStatusNotification"),
}
FROM_CHARGER_201 = {
    *("Authorize", "BootNotification", "ClearedChargingLimit", "FirmwareStatusNotification", "Get15118EVCertificate"),
    *("GetCertificateStatus", "Heartbeat", "LogStatusNotification", "MeterValues", "NotifyChargingLimit"),
    *("NotifyCustomerInformation", "NotifyDisplayMessages", "NotifyEVChargingNeeds", "NotifyEVChargingSchedule"),
    *("NotifyEvent", "NotifyMonitoringReport", "NotifyReport", "PublishFirmwareStatusNotification"),
    *("ReportChargingProfiles", "ReservationStatusUpdate", "SecurityEventNotification", "SignCertificate"),
    *("StatusNotification", "TransactionEvent"),
}
FROM_CHARGER = {
    "ocpp1.6": FROM_CHARGER_16,
    "ocpp2.0.1": FROM_CHARGER_201,
    "ocpp2.1": FROM_CHARGER_201
    | {
        *("BatterySwap", "ClosePeriodicEventStream", "GetCertificateChainStatus", "NotifyDERAlarm"),
        *("NotifyDERStartStop", "NotifyPeriodicEventStream", "NotifyPriorityCharging", "NotifySettlement"),
        *("OpenPeriodicEventStream", "PullDynamicScheduleUpdate", "ReportDERControl", "VatNumberValidation"),
    },
}
ACTIONS = {"ocpp1.6": 39, "ocpp2.0.1": 64, "ocpp2.1": 91}

_STATUS_ONLY = {"status", "statusInfo", "customData"}

# Answers that are a status only, and yet make something of ours true: a reader has to write it down.
SETTLES = {
    *("ReserveNow", "CancelReservation", "SendLocalList", "SetChargingProfile", "ClearChargingProfile"),
    *("InstallCertificate", "DeleteCertificate", "CertificateSigned", "SetDisplayMessage", "SetNetworkProfile"),
    *("ChangeConfiguration", "UpdateFirmware", "SignedUpdateFirmware", "SetDefaultTariff"),
}


@pytest.fixture(params=VERSIONS)
def spoken(request):
    return protocols.named(request.param)


def test_the_schema_folders_are_those_this_was_written_for(spoken):
    assert len(spoken.schemas.actions) == ACTIONS[spoken.name]


def test_each_side_sends_what_the_specification_has_it_send(spoken):
    assert spoken.from_charger == FROM_CHARGER[spoken.name]
    assert spoken.requests | spoken.from_charger == spoken.schemas.actions
    assert not spoken.requests & spoken.from_charger


def test_every_action_has_its_handler_its_command_and_its_reader(spoken):
    assert _unhandled(spoken) | _unspoken(spoken) | _unread(spoken) == set()


def test_data_transfer_goes_both_ways(spoken):
    assert "DataTransfer" in spoken.routes.handlers
    assert "DataTransfer" in spoken.requests


def test_nothing_stands_in_the_tables_that_the_version_does_not_have(spoken):
    routes = spoken.routes
    assert set(routes.handlers) <= spoken.from_charger | {"DataTransfer"}
    assert set(routes.receivers) <= spoken.schemas.sends
    assert set(routes.readers) <= spoken.requests


def test_no_excuse_outlives_its_reason(spoken):
    worded = _worded(spoken)
    assert not [action for action in RAW_ONLY[spoken.name] if action in worded or action not in spoken.requests]
    assert not [action for action in UNREAD[spoken.name] if action in spoken.routes.readers]


def test_every_action_of_ours_can_be_sent_raw(spoken):
    for action in spoken.requests:
        with pytest.raises(protocols.InvalidCall) as refusal:
            protocols.check_call(spoken.name, action, {"no": "such member"})
        assert refusal.value.message.startswith(f"{action}: "), refusal.value.message


def _unhandled(spoken):
    """What chargers send and nobody takes."""
    taken = {*spoken.routes.handlers, *spoken.routes.receivers}
    return {f"handle {action}" for action in spoken.from_charger - taken}


def _unspoken(spoken):
    """What we may send and no version-neutral command words."""
    return {f"encode {action}" for action in spoken.requests - _worded(spoken) - set(RAW_ONLY[spoken.name])}


def _unread(spoken):
    """Answers that tell more than a status, or settle something, and that nobody reads."""
    silent = {action for action in spoken.requests - SETTLES if _members(spoken, action) <= _STATUS_ONLY}
    read = {*spoken.routes.readers, *UNREAD[spoken.name]}
    return {f"read {action}" for action in spoken.requests - silent - read}


def _members(spoken, action) -> set[str]:
    schema = spoken.schemas.document(f"{action}Response")
    return set(schema.get("properties", {}))


def _worded(spoken):
    """The actions that stand in the encoders, and in what these call."""
    texts: set[str] = set()
    for encoder in spoken.routes.encoders.values():
        _collect(encoder, texts, set())
    return texts & spoken.requests


def _collect(function: FunctionType, texts: set[str], seen: set[FunctionType]) -> None:
    seen.add(function)
    names = _constants(function.__code__, texts)
    known = [function.__globals__.get(name) for name in names]
    of_modules = [getattr(thing, name, None) for thing in known if isinstance(thing, ModuleType) for name in names]
    for used in [*known, *of_modules]:
        if isinstance(used, FunctionType) and used not in seen and used.__module__.startswith("stations.ocpp."):
            _collect(used, texts, seen)


def _constants(code: CodeType, texts: set[str]) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, str):
            texts.add(constant)
        elif isinstance(constant, CodeType):
            names |= _constants(constant, texts)
    return names
