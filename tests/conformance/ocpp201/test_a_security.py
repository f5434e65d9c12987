"""OCPP 2.0.1 block A: credentials, TLS and security profiles. Certificates have a module of their own."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import load_pem_x509_certificate
from cryptography.x509.oid import NameOID
from websockets.exceptions import WebSocketException

from stations.domain.certificates import CertificateStatus
from stations.models import Connection, RefusedAttempt, Station, Variable
from tests import tls
from tests.tls import PASSWORD, answer_to, basic, refusal

SUITES = (
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
)
# What a TLS handshake that the server ends looks like to a client.
BROKEN_OFF = (OSError, EOFError, WebSocketException)


NOW = datetime(2026, 1, 1, tzinfo=UTC)


def accepted(payload):
    """Every variable is taken."""
    return {
        "setVariableResult": [
            {"attributeStatus": "Accepted", "component": item["component"], "variable": item["variable"]}
            for item in payload["setVariableData"]
        ]
    }


def first_slot(payload):
    """Every variable is 1."""
    return {
        "getVariableResult": [
            {
                "attributeStatus": "Accepted",
                "attributeValue": "1",
                "component": item["component"],
                "variable": item["variable"],
            }
            for item in payload["getVariableData"]
        ]
    }


def connection():
    return Connection.objects.get(closed_at=None)


async def new_password(charger):
    """What SetVariables sets."""
    received = await charger.wait_for_call("SetVariables")
    (item,) = received.payload["setVariableData"]
    assert (item["component"], item["variable"]) == ({"name": "SecurityCtrlr"}, {"name": "BasicAuthPassword"})
    return item["attributeValue"]


# --- A00: who may come in ---


async def test_tc_a_01_basic_authentication_valid(make_protected, secure_connect):
    """A00.FR.204, B01.FR.02: with its identity and its password the station is let in and its boot is accepted."""
    make_protected()
    async with secure_connect("ocpp2.0.1", plain=True, password=PASSWORD) as charger:
        assert await charger.boot() == "Accepted"


async def test_tc_a_02_a_user_name_that_is_not_the_identity(make_protected, secure_server, database):
    """A00.FR.204: the password alone does not do."""
    make_protected()
    headers = {"Authorization": basic("CP-1+Invalid", PASSWORD.encode())}
    answer = await answer_to(f"{secure_server.ocpp}/CP-1", subprotocols=("ocpp2.0.1",), headers=headers)
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, 'Basic realm="Busbar"')
    attempt = await database(RefusedAttempt.objects.get)
    assert (attempt.reason, attempt.detail) == ("wrong_password", "The user name is not the station's identity.")


async def test_tc_a_03_an_invalid_password(make_protected, secure_connect):
    """A00.FR.204, A00.FR.207: refused with 401."""
    make_protected()
    assert await refusal(secure_connect("ocpp2.0.1", plain=True, password="Q7zPyQm2Ft81LkW0aXcD")) == 401


@pytest.mark.parametrize("suite", SUITES)
async def test_tc_a_04_server_certificate_valid(make_protected, secure_server, database, tmp_path, suite):
    """A00.FR.306, A00.FR.307, A00.FR.312, A00.FR.318: each of the four cipher suites, by an ECDSA or an RSA key."""
    make_protected(2)
    context = tls.client_context(tmp_path, newest=ssl.TLSVersion.TLSv1_2, ciphers=suite)
    headers = {"Authorization": basic("CP-1", PASSWORD.encode())}
    url = f"{secure_server.secure_ocpp}/CP-1"
    answer = await answer_to(url, subprotocols=("ocpp2.0.1",), headers=headers, context=context)
    assert answer.status_code == 101
    row = await database(Connection.objects.get)
    assert (row.tls_version, row.tls_cipher, row.security_profile) == ("TLSv1.2", suite, 2)


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-GCM-SHA256", "AES128-GCM-SHA256"])
def test_tc_a_04_what_the_server_certificate_says(secure_server, suite, tmp_path):
    """A00.FR.502, A00.FR.503, A00.FR.508, A00.FR.510: key size, serial number, and the host in the commonName."""
    port = int(secure_server.secure_ocpp.split(":")[2].split("/")[0])
    context = tls.client_context(tmp_path, newest=ssl.TLSVersion.TLSv1_2, ciphers=suite)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    certificate = load_pem_x509_certificate(tls.server_pem("localhost", port, context).encode())
    key = certificate.public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey if "ECDSA" in suite else rsa.RSAPublicKey)
    assert key.key_size >= (224 if "ECDSA" in suite else 2048)
    assert certificate.serial_number > 0
    assert certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated:DeprecationWarning")
async def test_tc_a_06_a_tls_version_that_is_too_low(make_protected, secure_server, secure_connect, tmp_path):
    """A00.FR.315, A00.FR.416, A00.FR.417, A00.FR.418: TLS 1.1 is broken off, 1.2 or newer is not."""
    make_protected(2)
    old = tls.client_context(tmp_path, newest=ssl.TLSVersion.TLSv1_1, ciphers="ALL:@SECLEVEL=0")
    with pytest.raises(BROKEN_OFF):
        await answer_to(f"{secure_server.secure_ocpp}/CP-1", context=old)
    async with secure_connect("ocpp2.0.1", password=PASSWORD) as charger:
        assert await charger.boot() == "Accepted"


async def test_tc_a_07_client_certificate_valid(make_protected, secure_connect, database):
    """A00.FR.409, A00.FR.410, A00.FR.415, A00.FR.416, A00.FR.421: the certificate lets the station in."""
    station, pair = make_protected(3), tls.of_ours("CP-1")
    await database(lambda: tls.register(station, pair))
    async with secure_connect("ocpp2.0.1", pair=pair) as charger:
        assert await charger.boot() == "Accepted"
        row = await database(connection)
        assert (row.security_profile, row.certificate_fingerprint) == (3, pair.fingerprint)


async def test_tc_a_08_client_certificate_of_an_unknown_authority(make_protected, secure_connect):
    """A00.FR.407, A00.FR.409: the TLS handshake fails."""
    make_protected(3)
    with pytest.raises(BROKEN_OFF):
        await secure_connect("ocpp2.0.1", pair=tls.make_pair("CP-1")).link.connect()


async def test_tc_a_08_client_certificate_that_has_expired(make_protected, secure_connect, database):
    """A00.FR.407: the TLS handshake fails; with a valid one the station comes in."""
    station = make_protected(3)
    expired = tls.of_ours("CP-1", starts=timedelta(days=-9), ends=timedelta(days=-1))
    with pytest.raises(BROKEN_OFF):
        await secure_connect("ocpp2.0.1", pair=expired).link.connect()
    pair = tls.of_ours("CP-1")
    await database(lambda: tls.register(station, pair))
    async with secure_connect("ocpp2.0.1", pair=pair) as charger:
        assert await charger.boot() == "Accepted"


async def test_tc_a_08_client_certificate_of_another_station(make_protected, secure_connect, database):
    """A00.FR.405: a certificate of our own authority that names somebody else is refused with 401, and why is kept."""
    make_protected(3)
    assert await refusal(secure_connect("ocpp2.0.1", pair=tls.of_ours("CP-2"))) == 401
    attempt = await database(RefusedAttempt.objects.get)
    assert (attempt.reason, attempt.detail) == ("certificate_refused", "It was made for CP-2.")


async def test_tc_a_08_client_certificate_that_was_revoked(make_protected, secure_connect, database):
    """A00.FR.705: revocation counts from the next handshake on."""
    station, pair = make_protected(3), tls.of_ours("CP-1")
    await database(lambda: tls.register(station, pair, CertificateStatus.REVOKED))
    assert await refusal(secure_connect("ocpp2.0.1", pair=pair)) == 401
    assert await database(lambda: RefusedAttempt.objects.get().detail) == "It was revoked."


async def test_the_common_name_may_be_the_serial_number(make_protected, secure_connect):
    """A00.FR.405, A00.FR.511: that is what OCPP wants there; this network calls the station otherwise."""
    make_protected(3, serial_number="SN-0815")
    async with secure_connect("ocpp2.0.1", pair=tls.of_ours("SN-0815")) as charger:
        assert await charger.boot() == "Accepted"


async def test_no_header_stands_for_a_certificate_that_was_not_presented(make_protected, secure_server, tmp_path):
    """The header of the proxy, from somebody who is none, means nothing."""
    make_protected(3)
    pair = tls.of_ours("CP-1")
    headers = {"X-Client-Certificate": tls.header_of(pair), "X-Forwarded-Proto": "https"}
    for url, context in (
        (secure_server.ocpp, None),
        (secure_server.secure_ocpp, tls.client_context(tmp_path)),
    ):
        answer = await answer_to(f"{url}/CP-1", subprotocols=("ocpp2.0.1",), headers=headers, context=context)
        assert answer.status_code == 401


async def test_a_trusted_proxy_presents_the_certificate(make_protected, secure_server, database, settings):
    """Profile 3 with TLS ended at the proxy: its header is the certificate, judged as if it came by our own socket."""
    settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
    make_protected(3)
    good, foreign = tls.of_ours("CP-1"), tls.make_pair("CP-1")
    seen = []
    for pair in (good, foreign):
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9", "X-Tls-Version": "tls1.3"}
        headers["X-Client-Certificate"] = tls.header_of(pair)
        answer = await answer_to(f"{secure_server.ocpp}/CP-1", subprotocols=("ocpp2.0.1",), headers=headers)
        seen.append(answer.status_code)
    assert seen == [101, 401]
    row = await database(Connection.objects.get)
    assert (row.certificate_fingerprint, row.tls_version) == (good.fingerprint, "TLSv1.3")
    assert row.remote_address == "203.0.113.9"
    assert "issuer" in await database(lambda: RefusedAttempt.objects.get().detail)


# --- A01: passwords ---


async def test_tc_a_09_update_password_accepted(make_protected, secure_connect, desk):
    """A01.FR.02, A01.FR.03: the new password lets the station in, and from then on the old one does not."""
    make_protected()
    async with secure_connect("ocpp2.0.1", plain=True, password=PASSWORD) as charger:
        await charger.boot()
        command = await desk.command("rotate_password")
        assert (command["state"], command["action"]) == ("accepted", "SetVariables")
        new = await new_password(charger)
        assert 16 <= len(new) <= 40
        assert new not in str(command)
        await charger.link.close()
        await charger.come_back()
        assert await charger.boot() == "Accepted"
        await charger.link.close()
        charger.settings.password = PASSWORD
        assert await refusal(charger) == 401


async def test_tc_a_10_update_password_rejected(make_protected, secure_connect, desk):
    """A01.FR.02, A01.FR.04, A01.FR.05: the old password stays; the rejected one lets nobody in."""
    make_protected()
    async with secure_connect("ocpp2.0.1", plain=True, password=PASSWORD) as charger:
        await charger.boot()
        charger.answers["SetVariables"] = lambda payload: {
            "setVariableResult": [
                {"attributeStatus": "Rejected", "component": item["component"], "variable": item["variable"]}
                for item in payload["setVariableData"]
            ]
        }
        assert (await desk.command("rotate_password"))["state"] == "rejected"
        new = await new_password(charger)
        await charger.link.close()
        charger.settings.password = new
        assert await refusal(charger) == 401
        charger.settings.password = PASSWORD
        await charger.come_back()
        assert await charger.boot() == "Accepted"


async def test_a_new_password_stands_nowhere(make_protected, secure_connect, desk, database):
    """A01.FR.08, A01.FR.09: neither in the command, nor among the messages, nor among the variables."""
    make_protected()
    async with secure_connect("ocpp2.0.1", plain=True, password=PASSWORD) as charger:
        await charger.boot()
        await desk.command("rotate_password")
        new = await new_password(charger)
    found = await database(lambda: tls.rows_that_hold(new))
    assert found == []


# --- A05: security profiles ---


async def test_tc_a_19_upgrade_security_profile(make_protected, secure_connect, desk, database):
    """A05.FR.04, A05.FR.07: profile, priority and reset leave one after the other; then TLS only."""
    station = make_protected(1)
    await database(
        lambda: Variable.objects.create(
            station=station, component="OCPPCommCtrlr", name="NetworkConfigurationPriority", value="1", reported_at=NOW
        )
    )
    url = "wss://csms.example/ocpp"
    async with secure_connect("ocpp2.0.1", plain=True, password=PASSWORD) as charger:
        await charger.boot()
        charger.answers |= {"SetNetworkProfile": {"status": "Accepted"}, "Reset": {"status": "Accepted"}}
        charger.answers["SetVariables"] = accepted
        assert (await desk.command("upgrade_security_profile", security_profile=2, url=url))["state"] == "accepted"
        sent = (await charger.wait_for_call("SetNetworkProfile")).payload
        assert sent == {
            "configurationSlot": 2,
            "connectionData": {
                "ocppVersion": "OCPP20",
                "ocppTransport": "JSON",
                "ocppCsmsUrl": url,
                "messageTimeout": 30,
                "securityProfile": 2,
                "ocppInterface": "Wired0",
            },
        }
        (item,) = (await charger.wait_for_call("SetVariables")).payload["setVariableData"]
        assert item["variable"]["name"] == "NetworkConfigurationPriority"
        assert item["attributeValue"] == "2,1"
        assert (await charger.wait_for_call("Reset")).payload == {"type": "OnIdle"}
        await charger.link.close()
        async with secure_connect("ocpp2.0.1", password=PASSWORD) as upgraded:
            assert await upgraded.boot() == "Accepted"
        assert (await desk.get("stations/CP-1/"))["security_profile"] == 2
        assert await refusal(charger) == 401


async def test_tc_a_19_to_client_certificates(make_protected, secure_connect, desk, database):
    """A05.FR.07: on its way to profile 3 it may come with its password, until it has come with its certificate."""
    station, pair = make_protected(2), tls.of_ours("CP-1")
    await database(lambda: tls.register(station, pair))
    async with secure_connect("ocpp2.0.1", password=PASSWORD) as charger:
        await charger.boot()
        charger.answers |= {"SetNetworkProfile": {"status": "Accepted"}, "Reset": {"status": "Accepted"}}
        charger.answers |= {"GetVariables": first_slot, "SetVariables": accepted}
        await desk.command("upgrade_security_profile", security_profile=3, url="wss://csms.example/ocpp", slot=5)
        # The order of its profiles was not known, and so it was asked for first.
        await charger.wait_for_call("GetVariables")
        await charger.wait_for_call("Reset")
        await charger.link.close()
        await charger.come_back()
        await charger.link.close()
        async with secure_connect("ocpp2.0.1", pair=pair) as upgraded:
            assert await upgraded.boot() == "Accepted"
        assert await refusal(charger) == 401
    assert await database(lambda: Station.objects.get().security_profile) == 3


async def test_an_upgrade_without_what_it_needs_is_refused_in_words(make_protected, secure_connect, desk):
    """A05: nothing is sent to the station."""
    make_protected(2)
    async with secure_connect("ocpp2.0.1", password=PASSWORD) as charger:
        await charger.boot()
        body = {"kind": "upgrade_security_profile", "security_profile": 3, "url": "wss://csms.example/ocpp", "slot": 2}
        problem = await desk.post("stations/CP-1/commands/", body, status=(400,))
        assert "needs a client certificate" in str(problem)
        assert not [call for call in charger.received if call.action == "SetNetworkProfile"]
