"""Secrets are masked wherever a payload is kept."""

from stations.domain.credentials import hash_password, verify_password
from stations.domain.secrets import MASK, masked


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
