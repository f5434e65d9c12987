"""OCPP 2.0.1 block O: messages on the station's display."""

import pytest

START, END = "2027-01-01T08:00:00.000Z", "2027-01-01T09:00:00.000Z"


@pytest.fixture
async def charger(connect):
    async with connect("ocpp2.0.1") as charger:
        await charger.boot()
        charger.answers["SetDisplayMessage"] = {"status": "Accepted"}
        charger.answers["GetDisplayMessages"] = {"status": "Accepted"}
        charger.answers["ClearDisplayMessage"] = {"status": "Accepted"}
        yield charger


async def messages(desk):
    return {row["number"]: row for row in await desk.list("display-messages/?station=CP-1")}


async def show(charger, desk, **values):
    """Set a message; what went over the wire, and the command."""
    command = await desk.command("set_display_message", **({"content": "Hello"} | values))
    return (await charger.wait_for_call("SetDisplayMessage")).payload["message"], command


async def ask(charger, desk, **values):
    """Ask for messages; the payload on the wire without its requestId, and that id."""
    await desk.command("get_display_messages", **values)
    payload = dict((await charger.wait_for_call("GetDisplayMessages")).payload)
    return payload, payload.pop("requestId")


def told(request_id, *numbers, more_follow=False, **members):
    """A NotifyDisplayMessages."""
    message = {"priority": "NormalCycle", "message": {"format": "UTF8", "content": "Told"}} | members
    infos = [{"id": number, **message} for number in numbers]
    return {"requestId": request_id, "tbc": more_follow, "messageInfo": infos}


async def running_session(charger):
    await charger.plug_in(1)
    return await charger.start(1, "CARD-1")


async def test_tc_o_01_set_display_message(charger, desk):
    """O01.FR.04: a message gets a number of its own and is kept as the station took it."""
    message, command = await show(charger, desk, state="Idle", priority="InFront", language="en", format="ASCII")
    assert message == {
        "id": 1,
        "priority": "InFront",
        "state": "Idle",
        "message": {"format": "ASCII", "content": "Hello", "language": "en"},
    }
    assert command["state"] == "accepted"
    row = (await messages(desk))[1]
    assert (row["state"], row["content"], row["shown_while"], row["format"]) == ("installed", "Hello", "Idle", "ASCII")
    second, _ = await show(charger, desk)
    assert second["id"] == 2


async def test_tc_o_02_get_all_display_messages(charger, desk):
    """O03: all messages are asked for; one that is not told any more is gone."""
    await show(charger, desk)
    payload, request_id = await ask(charger, desk)
    assert payload == {}
    assert await charger.call("NotifyDisplayMessages", told(request_id, 8, more_follow=True)) == {}
    assert (await messages(desk))[1]["state"] == "installed"
    await charger.call("NotifyDisplayMessages", told(request_id, 9))
    assert {number: row["state"] for number, row in (await messages(desk)).items()} == {
        1: "removed",
        8: "installed",
        9: "installed",
    }
    assert (await desk.list("stations/CP-1/reports/"))[0]["is_complete"] is True


async def test_tc_o_03_get_all_display_messages_none_configured(charger, desk):
    """O03: Unknown says that there are none."""
    await show(charger, desk)
    charger.answers["GetDisplayMessages"] = {"status": "Unknown"}
    await ask(charger, desk)
    assert (await messages(desk))[1]["state"] == "removed"


async def test_tc_o_04_clear_display_message(charger, desk):
    """O05: a message is removed."""
    await show(charger, desk)
    command = await desk.command("clear_display_message", id=1)
    assert (await charger.wait_for_call("ClearDisplayMessage")).payload == {"id": 1}
    assert command["state"] == "accepted"
    assert (await messages(desk))[1]["state"] == "removed"


async def test_tc_o_05_clear_display_message_unknown(charger, desk):
    """O05: an id nobody knows reaches the station, and its refusal is shown."""
    charger.answers["ClearDisplayMessage"] = {"status": "Unknown"}
    command = await desk.command("clear_display_message", id=404)
    assert (await charger.wait_for_call("ClearDisplayMessage")).payload == {"id": 404}
    assert command["state"] == "rejected"


async def test_tc_o_06_set_display_message_for_a_transaction(charger, desk):
    """O02: a message is shown during one session."""
    session = await running_session(charger)
    message, command = await show(charger, desk, transaction_id=session.transaction_id, priority="InFront")
    assert (message["transactionId"], message["priority"]) == (session.transaction_id, "InFront")
    assert command["state"] == "accepted"
    assert (await messages(desk))[1]["transaction_id"] == session.transaction_id


async def test_tc_o_07_get_a_display_message_by_id(charger, desk):
    """O04: messages are asked for by number."""
    payload, request_id = await ask(charger, desk, ids=[3])
    assert payload == {"id": [3]}
    await charger.call("NotifyDisplayMessages", told(request_id, 3))
    assert (await messages(desk))[3]["content"] == "Told"


async def test_tc_o_08_get_display_messages_by_priority(charger, desk):
    """O04: messages are asked for by priority; others stay as they were known."""
    await show(charger, desk)
    payload, request_id = await ask(charger, desk, priority="AlwaysFront")
    assert payload == {"priority": "AlwaysFront"}
    await charger.call("NotifyDisplayMessages", told(request_id, 3, priority="AlwaysFront"))
    assert {row["state"] for row in (await messages(desk)).values()} == {"installed"}


async def test_tc_o_09_get_display_messages_by_state(charger, desk):
    """O04: messages are asked for by state."""
    payload, request_id = await ask(charger, desk, state="Charging")
    assert payload == {"state": "Charging"}
    await charger.call("NotifyDisplayMessages", told(request_id, 3, state="Charging"))
    assert (await messages(desk))[3]["shown_while"] == "Charging"


async def test_tc_o_10_set_display_message_unknown_transaction(charger, desk):
    """O02: a transaction the station does not know is its to refuse."""
    charger.answers["SetDisplayMessage"] = {"status": "UnknownTransaction"}
    message, command = await show(charger, desk, transaction_id="NO-SUCH-TX")
    assert message["transactionId"] == "NO-SUCH-TX"
    assert command["state"] == "rejected"
    row = (await messages(desk))[1]
    assert (row["state"], row["refusal"]) == ("refused", "UnknownTransaction")


async def test_tc_o_11_get_a_display_message_unknown_parameters(charger, desk):
    """O04: messages the station does not have are known to be gone."""
    await show(charger, desk)
    charger.answers["GetDisplayMessages"] = {"status": "Unknown"}
    payload, _ = await ask(charger, desk, ids=[1])
    assert payload == {"id": [1]}
    assert (await messages(desk))[1]["state"] == "removed"


async def test_tc_o_12_replace_a_display_message(charger, desk):
    """O06: a message is replaced under its number; a refused replacement leaves the one before."""
    await show(charger, desk)
    message, command = await show(charger, desk, id=1, content="Other", priority="AlwaysFront")
    assert (message["id"], message["priority"], command["state"]) == (1, "AlwaysFront", "accepted")
    assert (await messages(desk))[1]["content"] == "Other"
    charger.answers["SetDisplayMessage"] = {"status": "Rejected"}
    await show(charger, desk, id=1, content="Third")
    row = (await messages(desk))[1]
    assert (row["content"], row["state"], row["refusal"]) == ("Other", "installed", "Rejected")


async def test_tc_o_13_set_display_message_from_a_start_time(charger, desk):
    """O01.FR.05: a message is shown from a time on."""
    message, _ = await show(charger, desk, starts_at=START)
    assert message["startDateTime"] == START
    assert (await messages(desk))[1]["starts_at"] == "2027-01-01T08:00:00Z"


async def test_tc_o_14_set_display_message_until_an_end_time(charger, desk):
    """O01.FR.05: a message is removed at a time."""
    message, _ = await show(charger, desk, ends_at=END)
    assert message["endDateTime"] == END
    assert (await messages(desk))[1]["ends_at"] == "2027-01-01T09:00:00Z"


@pytest.fixture
def refused(charger, desk):
    """Set a message that the station refuses; what went over the wire."""

    async def show_refused(status, **values):
        charger.answers["SetDisplayMessage"] = {"status": status}
        message, command = await show(charger, desk, **values)
        assert command["state"] == "rejected"
        assert (await messages(desk))[1]["refusal"] == status
        return message

    return show_refused


async def test_tc_o_17_set_display_message_not_supported_priority(refused):
    """O01: a priority the station does not support."""
    assert (await refused("NotSupportedPriority", priority="AlwaysFront"))["priority"] == "AlwaysFront"


async def test_tc_o_18_set_display_message_not_supported_state(refused):
    """O01: a state the station does not support."""
    assert (await refused("NotSupportedState", state="Faulted"))["state"] == "Faulted"


async def test_tc_o_19_set_display_message_not_supported_format(refused):
    """O01: a format the station does not support."""
    assert (await refused("NotSupportedMessageFormat", format="HTML"))["message"]["format"] == "HTML"


async def test_tc_o_25_set_display_message_for_a_state(charger, desk):
    """O01: a message is shown only while the station is charging."""
    message, command = await show(charger, desk, state="Charging")
    assert (message["state"], command["state"]) == ("Charging", "accepted")


async def test_tc_o_26_set_display_message_rejected(refused):
    """O01: a message that is refused without a better reason."""
    assert (await refused("Rejected", priority="NormalCycle"))["priority"] == "NormalCycle"


async def test_tc_o_27_set_display_message_for_a_transaction_from_a_start_time(charger, desk):
    """O02: a session's message is shown from a time on."""
    session = await running_session(charger)
    message, _ = await show(charger, desk, transaction_id=session.transaction_id, starts_at=START)
    assert (message["transactionId"], message["startDateTime"]) == (session.transaction_id, START)


async def test_tc_o_28_set_display_message_for_a_transaction_until_an_end_time(charger, desk):
    """O02: a session's message is removed at a time."""
    session = await running_session(charger)
    message, _ = await show(
        charger, desk, transaction_id=session.transaction_id, ends_at=END, priority="InFront", state="Charging"
    )
    assert (message["transactionId"], message["endDateTime"]) == (session.transaction_id, END)
    assert (message["priority"], message["state"]) == ("InFront", "Charging")


async def test_tc_o_01_a_raw_call_has_the_same_effect(charger, desk):
    """O01: a message set by a raw call stands in the list like any other."""
    info = {"id": 5, "priority": "InFront", "message": {"format": "UTF8", "content": "Raw"}}
    await desk.call("SetDisplayMessage", {"message": info})
    assert (await messages(desk))[5]["content"] == "Raw"
