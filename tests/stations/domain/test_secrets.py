"""Secrets are masked wherever a payload is kept."""

import json
import time

import pytest

from stations.domain.credentials import hash_password, verify_password
from stations.domain.secrets import MASK, masked, may_hold_secret


def test_the_value_of_a_secret_configuration_key_is_masked():
    assert masked({"key": "AuthorizationKey", "value": "s3cret"}) == {"key": "AuthorizationKey", "value": MASK}


def test_the_value_of_a_secret_variable_is_masked_wherever_it_stands():
    item = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}, "attributeValue": "s3"}
    assert masked({"setVariableData": [item]})["setVariableData"][0]["attributeValue"] == MASK


def test_a_payload_without_secrets_is_the_very_same_object():
    payload = {"key": "HeartbeatInterval", "value": "300"}
    assert masked(payload) is payload


def test_a_network_profile_shows_no_password():
    profile = {"connectionData": {"apn": {"apn": "iot", "apnPassword": "s3cret"}, "vpn": {"password": "s3cret"}}}
    assert "s3cret" not in str(masked(profile))


def test_a_password_is_verified_as_text_and_as_the_bytes_its_hex_stands_for():
    stored = hash_password("0011223344556677")
    assert verify_password(b"0011223344556677", stored)
    assert verify_password(bytes.fromhex("0011223344556677"), stored)
    assert not verify_password(b"0011223344556678", stored)


def test_the_same_password_is_never_hashed_to_the_same_text():
    assert hash_password("a") != hash_password("a")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("ftp://user:s3cret@files.example/in", f"ftp://{MASK}@files.example/in"),
        ("sftp://user:s3@cret@files.example:22/", f"sftp://{MASK}@files.example:22/"),
        ("ftp://user:s3/cret@files.example/in", f"ftp://{MASK}@files.example/in"),
        ("https://s3cret@files.example", f"https://{MASK}@files.example"),
        (f"https://csms.example/uploads/{'s3cret' * 6}/a.log", f"https://csms.example/uploads/{MASK}/a.log"),
    ],
)
def test_what_gives_access_in_an_address_is_masked_wherever_it_stands(url, shown):
    frame = {"log": {"remoteLocation": url}}
    assert masked(frame) == {"log": {"remoteLocation": shown}}
    assert may_hold_secret(json.dumps(frame))
    assert may_hold_secret(json.dumps(frame).replace("/", "\\/"))


@pytest.mark.parametrize("url", ["https://files.example/a@b", "http://files.example:8080/?to=a@b", "me@example.com"])
def test_an_address_without_access_is_the_very_same_object(url):
    assert masked(url) is url


@pytest.mark.parametrize(
    "text",
    [
        "a" * 250_000 + "://@",
        "@" + "a://" * 60_000,
        "a:" * 80_000 + "//@",
        "://" * 80_000 + " x@y",
        "a://b:" + ":" * 200_000,
    ],
)
def test_no_text_takes_longer_than_its_length_deserves(text):
    began = time.perf_counter()
    may_hold_secret(text)
    masked({"value": text})
    assert time.perf_counter() - began < 10


def test_a_secret_in_a_report_or_an_event_is_masked():
    variable = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    report = variable | {"variableAttribute": [{"value": "s3cret", "mutability": "WriteOnly"}, {"type": "Target"}]}
    assert masked(report)["variableAttribute"] == [{"value": MASK, "mutability": "WriteOnly"}, {"type": "Target"}]
    assert masked(variable | {"actualValue": "s3cret"})["actualValue"] == MASK


@pytest.mark.parametrize(
    "name", ["SharedSecret", "WifiPassphrase", "FTP_PASSWD", "Vendor.Password", "ClientPrivateKey"]
)
def test_what_a_name_says_is_secret_is_masked_whosever_name_it_is(name):
    assert masked({"key": name, "value": "s3cret"}) == {"key": name, "value": MASK}
    assert may_hold_secret(json.dumps({"key": name}))


def test_json_within_a_text_is_looked_through():
    inner = json.dumps({"list": [{"key": "AuthorizationKey", "value": "s3cret"}]})
    assert "s3cret" not in str(masked({"vendorId": "v", "data": inner}))
    harmless = {"vendorId": "v", "data": json.dumps({"key": "HeartbeatInterval", "value": "300"})}
    assert masked(harmless) is harmless


def test_json_within_a_text_that_is_nested_beyond_measure_is_a_mask():
    text = '{"password":"s3cret","a":' * 900 + "1" + "}" * 900
    assert masked({"data": text}) == {"data": MASK}
