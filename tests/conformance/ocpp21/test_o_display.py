"""OCPP 2.1 block O: messages in several languages and formats."""

import pytest


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.1") as charger:
        await charger.boot()
        charger.answers["SetDisplayMessage"] = {"status": "Accepted"}
        yield charger


async def test_o01_a_message_in_several_languages_and_a_qr_code(charger, desk):
    """O01: messageExtra carries the same message in other languages and formats."""
    extras = [
        {"content": "Hallo", "language": "de"},
        {"content": "https://example.org/pay", "format": "QRCODE"},
    ]
    command = await desk.command("set_display_message", content="Hello", language="en", extras=extras)
    assert command["state"] == "accepted"
    assert (await charger.wait_for_call("SetDisplayMessage")).payload["message"] == {
        "id": 1,
        "priority": "NormalCycle",
        "message": {"format": "UTF8", "content": "Hello", "language": "en"},
        "messageExtra": [
            {"format": "UTF8", "content": "Hallo", "language": "de"},
            {"format": "QRCODE", "content": "https://example.org/pay"},
        ],
    }
    (row,) = await desk.list("display-messages/?station=CP-1")
    assert [extra["content"] for extra in row["extras"]] == ["Hallo", "https://example.org/pay"]


async def test_o01_a_message_for_the_states_of_21(charger, desk):
    """O01: a message can be shown while charging is suspended, or the vehicle is discharging."""
    for state in ("Suspended", "Discharging"):
        command = await desk.command("set_display_message", content="Hello", state=state)
        assert (await charger.wait_for_call("SetDisplayMessage")).payload["message"]["state"] == state
        assert command["state"] == "accepted"


async def test_o01_a_language_the_station_does_not_know_is_its_to_refuse(charger, desk):
    """O01: LanguageNotSupported is shown with the message."""
    charger.answers["SetDisplayMessage"] = {"status": "LanguageNotSupported"}
    command = await desk.command("set_display_message", content="Hei", language="fi")
    assert command["state"] == "rejected"
    assert (await desk.list("display-messages/"))[0]["refusal"] == "LanguageNotSupported"
