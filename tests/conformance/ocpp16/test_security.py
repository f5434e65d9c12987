"""OCPP 1.6: credentials, security profiles and TLS (security white paper, edition 3)."""

import pytest

from stations.models import Connection, RefusedAttempt, Station
from tests import tls
from tests.tls import refusal

OLD = tls.PASSWORD
PASSWORD_KEY, PROFILE_KEY = "AuthorizationKey", "SecurityProfile"


async def password_of(charger):
    """The password in the next ChangeConfiguration; the charger's handset, so to say."""
    received = await charger.wait_for_call("ChangeConfiguration")
    assert received.payload["key"] == PASSWORD_KEY
    return received.payload["value"]


async def test_tc_073_update_charge_point_password(make_protected, secure_connect, desk):
    """The new password is set as 40 hex digits, lets the charge point in, and ends the old one."""
    make_protected()
    async with secure_connect("ocpp1.6", plain=True, password=OLD) as charger:
        await charger.boot()
        command = await desk.command("rotate_password")
        assert (command["state"], command["action"]) == ("accepted", "ChangeConfiguration")
        new = await password_of(charger)
        assert len(bytes.fromhex(new)) == 20
        assert new not in str(command)
        await charger.link.close()

        charger.settings.password = new
        await charger.come_back()
        assert await charger.boot() == "Accepted"
        await charger.link.close()

        charger.settings.password = OLD
        assert await refusal(charger) == 401


async def test_tc_073_a_password_that_is_rejected_leaves_the_old_one(make_protected, secure_connect, desk):
    """A01.FR.04: the charge point keeps coming with the old password; the one it did not take is worth nothing."""
    make_protected()
    async with secure_connect("ocpp1.6", plain=True, password=OLD) as charger:
        await charger.boot()
        charger.answers["ChangeConfiguration"] = {"status": "Rejected"}
        assert (await desk.command("rotate_password"))["state"] == "rejected"
        new = await password_of(charger)
        await charger.link.close()
        charger.settings.password = new
        assert await refusal(charger) == 401
        charger.settings.password = OLD
        await charger.come_back()
        assert await charger.boot() == "Accepted"


async def test_a_charger_that_accepts_a_password_and_keeps_the_old_one_is_not_lost(
    make_protected, secure_connect, desk
):
    """Until it has come with the new one the old one is good; then no longer."""
    make_protected()
    async with secure_connect("ocpp1.6", plain=True, password=OLD) as charger:
        await charger.boot()
        charger.answers["ChangeConfiguration"] = {"status": "Accepted"}
        await desk.command("rotate_password")
        new = await password_of(charger)
        await charger.link.close()
        await charger.come_back()
        await charger.link.close()
        for password in (new, new):
            charger.settings.password = password
            await charger.come_back()
            await charger.link.close()
        charger.settings.password = OLD
        assert await refusal(charger) == 401


async def test_a_password_that_a_charger_took_before_its_socket_died_is_good(make_protected, secure_connect, desk):
    """The answer never came, and nobody can say which of the two it has: both are good, until the new one was used."""
    make_protected()
    async with secure_connect("ocpp1.6", plain=True, password=OLD) as charger:
        await charger.boot()
        charger.answers["ChangeConfiguration"] = lambda payload: charger.go_offline()
        await desk.command("rotate_password", wait=0)
        charger.settings.password = await password_of(charger)
        del charger.answers["ChangeConfiguration"]
        await charger.come_back()
        await charger.link.close()
        charger.settings.password = OLD
        assert await refusal(charger) == 401


async def test_a_raw_call_that_sets_the_password_has_the_same_effect(make_protected, secure_connect, desk, database):
    make_protected()
    new = "A" * 8 + "b" * 24
    async with secure_connect("ocpp1.6", plain=True, password=OLD) as charger:
        await charger.boot()
        await desk.call("ChangeConfiguration", {"key": PASSWORD_KEY, "value": new})
        await charger.link.close()
        charger.settings.password = new
        await charger.come_back()
        assert await charger.boot() == "Accepted"


async def test_tc_083_upgrade_charge_point_security_profile(make_protected, secure_connect, desk, database):
    """A05: the key is set, the charge point comes back by TLS, and is not let in without it any more."""
    make_protected(1)
    async with secure_connect("ocpp1.6", plain=True, password=OLD) as charger:
        await charger.boot()
        charger.answers["ChangeConfiguration"] = {"status": "Accepted"}
        command = await desk.command("upgrade_security_profile", security_profile=2)
        assert command["state"] == "accepted"
        received = await charger.wait_for_call("ChangeConfiguration")
        assert received.payload == {"key": PROFILE_KEY, "value": "2"}
        assert (await desk.get("stations/CP-1/"))["security_profile"] == 1
        await charger.link.close()
        async with secure_connect("ocpp1.6", password=OLD) as upgraded:
            assert await upgraded.boot() == "Accepted"
        assert (await desk.get("stations/CP-1/"))["security_profile"] == 2
        assert await refusal(charger) == 401
    assert await database(lambda: RefusedAttempt.objects.get().reason) == "tls_required"


async def test_a_charger_that_could_not_use_its_new_profile_comes_back_with_the_former_one(
    make_protected, secure_connect, desk, database
):
    """A05.FR.08: it falls back and is let in; the upgrade stays open and says so."""
    station = make_protected(1)
    async with secure_connect("ocpp1.6", plain=True, password=OLD) as charger:
        await charger.boot()
        charger.answers["ChangeConfiguration"] = {"status": "Accepted"}
        await desk.command("upgrade_security_profile", security_profile=2)
        await charger.link.close()
        await charger.come_back()
        assert await charger.boot() == "Accepted"
    found = await database(lambda: Station.objects.select_related("profile_upgrade").get(pk=station.pk))
    assert (found.security_profile, found.profile_upgrade.state) == (1, "accepted")
    assert found.profile_upgrade.fell_back_at is not None


@pytest.mark.parametrize("profile", [1, 2])
async def test_a_profile_is_never_lowered_over_ocpp(make_protected, secure_connect, desk, profile):
    """A00.FR.005: refused in words, and nothing is sent."""
    make_protected(2)
    async with secure_connect("ocpp1.6", password=OLD) as charger:
        await charger.boot()
        body = {"kind": "upgrade_security_profile", "security_profile": profile}
        problem = await desk.post("stations/CP-1/commands/", body, status=(400,))
        assert "never lowered" in str(problem)
        assert not [call for call in charger.received if call.action == "ChangeConfiguration"]


async def test_tc_085_basic_authentication_valid(make_protected, secure_connect):
    """The charge point sends the bytes that the AuthorizationKey stands for, which are no text; or its digits."""
    make_protected()
    for password in (OLD, OLD.upper()):
        async with secure_connect("ocpp1.6", plain=True, password=password) as charger:
            assert await charger.boot() == "Accepted"


async def test_tc_085_basic_authentication_with_the_bytes_of_the_key(make_protected, secure_server):
    """A station that sends the key's bytes instead of its hex text is let in all the same."""
    key = bytes.fromhex(OLD)
    make_protected()
    headers = {"Authorization": tls.basic("CP-1", key)}
    answer = await tls.answer_to(f"{secure_server.ocpp}/CP-1", headers=headers)
    assert (answer.status_code, answer.headers["Sec-WebSocket-Protocol"]) == (101, "ocpp1.6")


async def test_tc_086_basic_authentication_invalid(make_protected, secure_connect, database):
    """A wrong password is refused with 401, and an operator can see it."""
    make_protected()
    charger = secure_connect("ocpp1.6", plain=True, password="f" * 40)
    assert await refusal(charger) == 401
    charger.settings.password = ""
    assert await refusal(charger) == 401
    seen = await database(lambda: set(RefusedAttempt.objects.values_list("reason", flat=True)))
    assert seen == {"wrong_password", "no_credentials"}


async def test_tc_087_tls_server_side_certificate_valid(make_protected, secure_connect, database):
    """Profile 2: the charge point verifies our certificate, and sends its password inside."""
    make_protected(2)
    async with secure_connect("ocpp1.6", password=OLD) as charger:
        assert await charger.boot() == "Accepted"
        row = await database(lambda: Connection.objects.get(closed_at=None))
    assert (row.is_secure, row.security_profile, row.tls_version) == (True, 2, "TLSv1.3")
    assert row.tls_cipher.startswith("TLS_AES")


async def test_tc_087_a_station_with_profile_2_is_refused_without_tls(make_protected, secure_connect, database):
    """The right password in clear is 401, and the reason is shown."""
    make_protected(2)
    assert await refusal(secure_connect("ocpp1.6", plain=True, password=OLD)) == 401
    assert await database(lambda: RefusedAttempt.objects.get().reason) == "tls_required"


async def test_tc_088_tls_client_side_certificate_valid(make_protected, secure_connect, database):
    """Profile 3: the charge point's certificate proves who it is; no password is asked for."""
    station = make_protected(3)
    pair = tls.of_ours("CP-1")
    await database(lambda: tls.register(station, pair))
    async with secure_connect("ocpp1.6", pair=pair) as charger:
        assert await charger.boot() == "Accepted"
        row = await database(lambda: Connection.objects.get(closed_at=None))
    assert (row.security_profile, row.certificate_fingerprint) == (3, pair.fingerprint)


async def test_tc_088_a_password_does_not_do_for_profile_3(make_protected, secure_connect, database):
    """Without a client certificate it is 401, and the reason is shown."""
    make_protected(3)
    assert await refusal(secure_connect("ocpp1.6", password=OLD)) == 401
    assert await database(lambda: RefusedAttempt.objects.get().reason) == "certificate_required"
