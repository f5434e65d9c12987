"""A session's timeline, without any database."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from stations.domain.commands import CommandState
from stations.domain.conversation import CALL, ERROR, RESULT, Message
from stations.domain.timeline import Asked, Happening, Kind, Story, duration, entries

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


def minutes(number):
    return START + timedelta(minutes=number)


def call(number, at, action, **payload):
    return Message(number, at, False, CALL, action, f"m{number}", payload)


def answer(number, at, action, **payload):
    return Message(number + 1000, at, True, RESULT, action, f"m{number}", payload)


def story(**known):
    return Story(**{"started_at": START, "ended_at": minutes(60), "energy_wh": 14_200, "id_token": "CARD"} | known)


def sentences(**known):
    return [entry.sentence for entry in entries(story(**known))]


def status(number, at, word, **more):
    return call(number, at, "StatusNotification", connectorId=1, status=word, timestamp=at.isoformat(), **more)


def test_a_session_of_which_nothing_else_is_known_has_a_beginning_and_an_end():
    assert sentences(stop_reason="Remote") == [
        "The session started for CARD",
        "Stopped remotely; the session ended after 1 h 0 min and 14.20 kWh",
    ]


def test_authorization_tells_how_long_our_answer_took():
    asked = call(1, minutes(-1), "Authorize", idTag="CARD")
    told = answer(1, minutes(-1) + timedelta(seconds=3.2), "Authorize", idTagInfo={"status": "Accepted"})
    assert sentences(messages=[asked, told])[0] == "Authorization of CARD took 3.2 s"


def test_a_refused_token_is_told_with_its_status():
    asked = call(1, START, "StartTransaction", idTag="CARD", timestamp=START.isoformat())
    told = answer(1, START, "StartTransaction", transactionId=7, idTagInfo={"status": "Blocked"})
    assert "The id token CARD was refused: Blocked" in sentences(messages=[asked, told])


def test_pauses_are_told_with_who_made_them_and_how_long():
    messages = [
        status(1, minutes(0), "Charging"),
        status(2, minutes(10), "SuspendedEV"),
        status(3, minutes(22), "Charging"),
        status(4, minutes(30), "SuspendedEVSE"),
    ]
    told = sentences(messages=messages, readings=[(minutes(1), 11_000.0)], ended_at=minutes(33))
    assert told == [
        "The session started for CARD",
        "Energy flows at 11.0 kW",
        "Paused by the vehicle for 12 min",
        "Energy flows",
        "Paused by the station for 3 min",
        "The session ended after 33 min and 14.20 kWh",
    ]


def test_where_frames_are_gone_readings_tell_when_energy_flowed():
    readings = [(minutes(n), 11_000.0 if n < 20 or n >= 40 else 0.0) for n in range(60)]
    told = sentences(readings=readings)
    assert told[1:-1] == ["Energy flows at 11.0 kW", "No energy flowed for 20 min", "Energy flows at 11.0 kW"]


def test_a_short_gap_between_readings_is_no_pause():
    readings = [(minutes(n), 0.0 if n == 20 else 11_000.0) for n in range(60)]
    assert sentences(readings=readings)[1:-1] == ["Energy flows at 11.0 kW"]


def test_where_frames_are_gone_events_tell_their_triggers():
    happenings = [Happening(minutes(-1), "CablePluggedIn"), Happening(minutes(5), "MeterValuePeriodic")]
    assert sentences(happenings=happenings)[0] == "The vehicle was plugged in"


def test_a_plug_told_by_connector_and_transaction_is_pulled_once():
    messages = [
        call(
            1, minutes(60), "TransactionEvent", triggerReason="EVCommunicationLost", timestamp=minutes(60).isoformat()
        ),
        call(2, minutes(60), "StatusNotification", connectorStatus="Available", timestamp=minutes(60).isoformat()),
    ]
    kinds = [entry.kind for entry in entries(story(messages=messages))]
    assert kinds.count(Kind.UNPLUGGED) == 1


def test_offline_spells_have_their_length():
    told = entries(story(offline=[(minutes(10), minutes(25)), (minutes(50), None)]))
    spells = [entry for entry in told if entry.kind is Kind.OFFLINE]
    assert [entry.sentence for entry in spells] == [
        "The charger was offline for 15 min",
        "The charger went offline",
    ]
    assert spells[0].until == minutes(25)


def test_what_was_kept_while_offline_stands_where_it_happened_and_is_told_once():
    online = [status(n, minutes(n), "Charging") for n in range(3)]
    kept = [
        call(10, minutes(25), "StatusNotification", status="SuspendedEV", timestamp=minutes(15).isoformat()),
        call(11, minutes(25), "MeterValues", timestamp=minutes(16).isoformat()),
    ]
    told = entries(story(messages=[*online, *kept], offline=[(minutes(10), minutes(25))]))
    paused = next(entry for entry in told if entry.kind is Kind.PAUSED)
    assert paused.at == minutes(15)
    noted = [entry.sentence for entry in told if entry.kind is Kind.NOTED]
    assert noted == ["The charger delivered what it had kept, up to 10 min old (messages: 2)"]


def test_a_clock_that_is_wrong_all_the_time_delays_nothing():
    behind = timedelta(hours=2)
    messages = [status(n, minutes(n) + behind, "Charging") for n in range(3)]
    messages = [
        Message(m.id, m.at, False, CALL, m.action, m.message_id, m.payload | {"timestamp": (m.at - behind).isoformat()})
        for m in messages
    ]
    asked = Asked("remote stop", "", minutes(30) + behind, CommandState.ACCEPTED, finished_at=minutes(30) + behind)
    told = entries(story(messages=messages, commands=[asked], offline=[(minutes(-9), minutes(-8))]))
    assert not [entry for entry in told if entry.kind is Kind.NOTED]
    # Ours is told by the charger's clock, by which the session goes.
    assert next(entry for entry in told if entry.kind is Kind.ASKED).at == minutes(30)


def test_commands_tell_who_asked_and_what_became_of_it():
    refused = Asked(
        "remote start",
        "eve@example.com",
        minutes(-2),
        CommandState.REJECTED,
        sent_at=minutes(-2),
        finished_at=minutes(-1),
        error="The charger answered Rejected. EVSE 1 had said faulted.",
    )
    told = sentences(commands=[refused])
    assert told[0] == "eve@example.com asked for: remote start"
    assert told[1].startswith("The charger refused it (remote start): The charger answered Rejected. EVSE 1")


def test_an_error_we_answered_is_told():
    ours = Message(5, minutes(1), True, ERROR, "MeterValues", "m1", {}, "InternalError: it could not be stored")
    assert "We refused the charger's MeterValues: InternalError: it could not be stored" in sentences(messages=[ours])


def test_a_fault_is_told_with_its_code():
    messages = [status(1, minutes(5), "Faulted", errorCode="GroundFailure", info="leak")]
    assert "The connector reported a fault: GroundFailure leak" in sentences(messages=messages)


def test_a_restart_in_the_middle_is_told():
    assert "The charger restarted" in sentences(messages=[call(1, minutes(5), "BootNotification")])


def test_a_session_closed_by_hand_says_so():
    assert sentences(closed_by_hand=True)[-1].startswith("The session was closed here")


def test_durations_read_as_people_say_them():
    spans = [8, 12 * 60, 65 * 60, 51 * 3600]
    assert [str(duration(timedelta(seconds=span))) for span in spans] == ["8 s", "12 min", "1 h 5 min", "2 d 3 h"]


WORDS = st.sampled_from(["Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Available", "Faulted", "Odd"])
PAYLOADS = st.dictionaries(
    st.sampled_from(["status", "timestamp", "idTag", "transactionInfo", "offline", "errorCode"]),
    st.one_of(WORDS, st.booleans(), st.integers(), st.just({}), st.datetimes().map(lambda moment: moment.isoformat())),
)
ACTIONS = st.sampled_from(["StatusNotification", "TransactionEvent", "Authorize", "BootNotification", "Odd"])


@given(st.lists(st.tuples(ACTIONS, PAYLOADS, st.integers(-100, 100)), max_size=12))
def test_whatever_a_charger_sends_the_timeline_is_in_order_and_can_be_said(sent):
    messages = [call(n, minutes(at), action, **payload) for n, (action, payload, at) in enumerate(sent)]
    told = entries(story(messages=messages))
    assert [entry.at for entry in told] == sorted(entry.at for entry in told)
    assert all(entry.sentence for entry in told)
