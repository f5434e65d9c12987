"""No secret that crosses the wire is kept anywhere: each message that may hold one carries a marker, both ways."""

import contextlib
import json
import logging

import pytest
from auditlog.models import LogEntry
from django.apps import apps

from stations.simulator.transport import CallError

MARK = "pl4nted"
NUMBER = 48151623
ADDRESS = f"ftp://user:{MARK}@files.example/in"


@pytest.fixture
def lines():
    """All that is logged."""
    found = []
    handler = logging.Handler()
    handler.emit = lambda record: found.append(f"{record.getMessage()} {record.args!r} {record.exc_info!r}")
    root = logging.getLogger()
    root.addHandler(handler)
    yield found
    root.removeHandler(handler)


def kept():
    """Each value of each table that shows the marker, with the name of its column."""
    found = []
    for model in [*apps.get_models(), LogEntry]:
        for row in model._base_manager.values():
            for name, value in row.items():
                text = bytes(value).decode("utf-8", "replace") if isinstance(value, bytes | memoryview) else repr(value)
                if MARK in text or str(NUMBER) in text:
                    found.append(f"{model.__name__}.{name}: {text[:300]}")
    return found


def variable(name, **more):
    return {"component": {"name": "SecurityCtrlr"}, "variable": {"name": name}, **more}


async def quietly(asked):
    """A command that may be refused: what is kept of it counts all the same."""
    with contextlib.suppress(AssertionError):
        await asked


async def shake(charger, desk, calls, commands, words):
    for action, payload, answer in calls:
        charger.answers[action] = answer
        await quietly(desk.call(action, payload))
    for kind, values in commands:
        await quietly(desk.command(kind, **values))
    for action, payload in words:
        with contextlib.suppress(CallError):
            await charger.call(action, payload)


async def shows_nothing(database, lines, desk):
    assert await database(kept) == []
    assert [line for line in lines if MARK in line or str(NUMBER) in line] == []
    for path in ("commands/", "frames/?page_size=500", "stations/CP-1/variables/", "log-requests/"):
        assert MARK not in json.dumps(await desk.get(path)), path


NESTED = json.dumps({"AuthorizationKey": MARK, "wifi": {"key": "WifiPassword", "value": MARK}})


async def test_no_secret_of_ocpp_16_is_kept(connect, desk, database, lines):
    async with connect("ocpp1.6") as charger:
        await charger.boot()
        accepted = {"status": "Accepted"}
        keys = [
            "AuthorizationKey",
            "authorizationkey",
            "WifiPassphrase",
            "Vendor.Password",
            "FTP_PASSWD",
            "ClientSecret",
        ]
        await shake(
            charger,
            desk,
            [
                *(("ChangeConfiguration", {"key": key, "value": MARK}, accepted) for key in keys),
                ("ChangeConfiguration", {"key": "AuthorizationKey", "value": MARK * 100}, accepted),
                (
                    "GetConfiguration",
                    {},
                    {"configurationKey": [{"key": key, "readonly": False, "value": MARK} for key in keys]},
                ),
                ("GetConfiguration", {}, {"configurationKey": [{"key": keys[0], "readonly": 7, "value": MARK}]}),
                (
                    "GetConfiguration",
                    {},
                    {"configurationKey": [{"key": keys[0], "readonly": True, "value": MARK * 99}]},
                ),
                ("GetDiagnostics", {"location": ADDRESS}, {"fileName": ADDRESS}),
                ("UpdateFirmware", {"location": ADDRESS, "retrieveDate": "2026-01-01T00:00:00Z"}, {}),
                ("DataTransfer", {"vendorId": "v", "data": NESTED}, {"status": "Accepted", "data": NESTED}),
            ],
            [
                ("set_variables", {"variables": [{"name": "AuthorizationKey", "value": MARK}]}),
                ("set_variables", {"variables": [{"name": "ClientSecret", "value": MARK}]}),
                ("set_variables", {"variables": [{"name": "AuthorizationKey", "value": MARK * 400}]}),
                ("get_variables", {"variables": [{"name": "AuthorizationKey"}]}),
                ("get_log", {"log": "diagnostics", "url": ADDRESS}),
                ("update_firmware", {"url": ADDRESS}),
                ("data_transfer", {"vendor_id": "v", "data": NESTED}),
            ],
            [
                ("DataTransfer", {"vendorId": "v", "data": NESTED}),
                ("DataTransfer", {"vendorId": "v", "data": NESTED, "wrong": 1}),
            ],
        )
        await shows_nothing(database, lines, desk)


NAMES = ["BasicAuthPassword", "basicauthpassword", "VpnPassword", "ApnPassword", "SharedSecret", "VpnKey"]
VPN = {"server": "s", "user": "u", "password": MARK, "key": MARK, "type": "IKEv2"}
NOW = "2026-01-01T00:00:00Z"
DATA = {"AuthorizationKey": MARK, "list": [{"key": "password", "value": MARK}]}
CONNECTION = {
    "ocppVersion": "OCPP20",
    "ocppTransport": "JSON",
    "ocppCsmsUrl": f"wss://user:{MARK}@csms.example/",
    "messageTimeout": 30,
    "securityProfile": 2,
    "ocppInterface": "Wired0",
    "apn": {"apn": "a", "apnAuthentication": "PAP", "apnPassword": MARK, "simPin": NUMBER},
    "vpn": VPN,
}


def calls_of_ocpp_2(**more):
    """Raw CALLs and their answers; `more`: further members of a connection profile."""
    taken = [variable(name, attributeStatus="Accepted") for name in NAMES]
    told = [variable(name, attributeStatus="Accepted", attributeValue=MARK) for name in NAMES]
    log = {"logType": "SecurityLog", "requestId": 1, "log": {"remoteLocation": ADDRESS}}
    firmware = {"location": ADDRESS, "retrieveDateTime": NOW}
    return [
        (
            "SetVariables",
            {"setVariableData": [variable(name, attributeValue=MARK) for name in NAMES]},
            {"setVariableResult": taken},
        ),
        (
            "GetVariables",
            {"getVariableData": [variable(name) for name in NAMES]},
            {"getVariableResult": told},
        ),
        (
            "GetVariables",
            {"getVariableData": [variable(NAMES[0])]},
            {"getVariableResult": [variable(NAMES[0], attributeStatus="Nonsense", attributeValue=MARK)]},
        ),
        (
            "GetVariables",
            {"getVariableData": [variable(NAMES[0])]},
            {"getVariableResult": [variable(NAMES[0], attributeStatus="Accepted", attributeValue=MARK * 900)]},
        ),
        (
            "SetNetworkProfile",
            {"configurationSlot": 1, "connectionData": CONNECTION | more},
            {"status": "Accepted"},
        ),
        ("GetLog", log, {"status": "Accepted", "filename": ADDRESS}),
        ("UpdateFirmware", {"requestId": 2, "firmware": firmware}, {"status": "Accepted"}),
        (
            "PublishFirmware",
            {"requestId": 3, "location": ADDRESS, "checksum": "0" * 32},
            {"status": "Accepted"},
        ),
        ("DataTransfer", {"vendorId": "v", "data": NESTED}, {"status": "Accepted", "data": DATA}),
        ("DataTransfer", {"vendorId": "v", "data": DATA}, {"status": "Accepted", "data": NESTED}),
    ]


def commands_of_ocpp_2():
    return [
        (
            "set_variables",
            {"variables": [{"component": "SecurityCtrlr", "name": name, "value": MARK} for name in NAMES]},
        ),
        ("get_variables", {"variables": [{"component": "SecurityCtrlr", "name": name} for name in NAMES]}),
        (
            "set_network_profile",
            {
                "slot": 1,
                "url": f"wss://user:{MARK}@csms.example/",
                "security_profile": 2,
                "apn": {"apn": "a", "apn_authentication": "PAP", "apn_password": MARK, "sim_pin": NUMBER},
                "vpn": VPN,
            },
        ),
        ("get_log", {"log": "security", "url": ADDRESS}),
        ("update_firmware", {"url": ADDRESS}),
        ("publish_firmware", {"url": ADDRESS, "checksum": "0" * 32}),
        ("data_transfer", {"vendor_id": "v", "data": NESTED}),
    ]


def words_of_ocpp_2():
    """What a charger says by itself."""
    event = {"eventId": 1, "timestamp": NOW, "trigger": "Delta", "eventNotificationType": "CustomMonitor"}
    report = [variable(name, variableAttribute=[{"type": "Actual", "value": MARK}]) for name in NAMES]
    return [
        ("NotifyReport", {"requestId": 1, "generatedAt": NOW, "seqNo": 0, "reportData": report}),
        ("NotifyReport", {"requestId": 1, "generatedAt": NOW, "seqNo": "no", "reportData": report}),
        (
            "NotifyEvent",
            {
                "generatedAt": NOW,
                "seqNo": 0,
                "eventData": [variable(name, **event, actualValue=MARK) for name in NAMES],
            },
        ),
        ("DataTransfer", {"vendorId": "v", "data": DATA}),
        (
            "FirmwareStatusNotification",
            {"status": "Downloading", "requestId": 2},
        ),
        (
            "PublishFirmwareStatusNotification",
            {"status": "Published", "requestId": 3, "location": [ADDRESS]},
        ),
    ]


@pytest.mark.parametrize(("version", "more"), [("2.0.1", {}), ("2.1", {"basicAuthPassword": MARK})])
async def test_no_secret_of_ocpp_2_is_kept(connect, desk, database, lines, version, more):
    async with connect(f"ocpp{version}") as charger:
        await charger.boot()
        await shake(charger, desk, calls_of_ocpp_2(**more), commands_of_ocpp_2(), words_of_ocpp_2())
        await shows_nothing(database, lines, desk)
