"""kill -9 of every process while self-repair and maintenance windows wait for chargers' answers.

One installation dies once, for all of these: what each charger was asked before and afterwards tells them apart.
"""

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.flows.plain import PlainCharger
from tests.installation import Installation, utc
from tests.server import until

pytestmark = pytest.mark.skipif("DATABASE_URL" not in os.environ, reason="several processes need PostgreSQL and Redis")

PATIENCE_S = 240
# The shortest absence that is one in the ledger: shorter than ours.
GRACE_S = 3
STEPS = [{"step": step, "wait_s": 0} for step in ("probe", "soft_reset", "hard_reset", "work_order")]
# What is under way at whom when all processes die.
FAULTY, LIMITED, WORKED_ON, DONE_MEANWHILE = "FAULTY", "LIMITED", "WORKED-ON", "DONE-MEANWHILE"
SILENT_TO = {FAULTY: ["Reset"], LIMITED: ["Reset"], WORKED_ON: ["ChangeAvailability"]}


@dataclass
class Place:
    """The installation as an operator uses it, and a charger at a site of its own for each case."""

    installation: Installation
    key: str
    chargers: dict[str, PlainCharger]
    windows: dict[str, int]
    killed_at: datetime
    started_at: datetime

    def get(self, path):
        status, answer = self.installation.call("GET", path, self.key)
        assert status == 200, answer
        return answer

    def do(self, method, path, **body):
        status, answer = self.installation.call(method, path, self.key, body)
        assert status in (200, 201), answer
        return answer

    def run_of(self, identity):
        """The charger's run of self-repair, once it has ended."""
        return self.until(lambda: self.get(f"repair-runs/?open=false&station={identity}")["results"], "it has ended")[0]

    def evses_of(self, identity):
        """What the charger's window made of it."""
        return {row["state"] for row in self.get(f"maintenance-windows/{self.windows[identity]}/evses/")["results"]}

    def ledger_of(self, identity):
        port = self.get(f"uptime/ports/?station={identity}")["results"][0]["evse"]
        return self.get(f"uptime/ports/{port}/ledger/")

    def until(self, condition, what):
        return until(condition, f"{what}\n{self.chargers_asked()}\n{self.installation.logs()}", PATIENCE_S)

    def chargers_asked(self):
        return "\n".join(f"{charger.identity}: {charger.asked}" for charger in self.chargers.values())


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """All processes were killed when chargers had got commands and not answered them; they are started again, and the
    chargers are back."""
    installation = Installation(tmp_path_factory.mktemp("killed") / "data", UPTIME_GRACE_SECONDS=str(GRACE_S))
    chargers = {}
    try:
        installation.start()
        place = Place(installation, installation.api_key(), chargers, {}, *2 * [datetime.now(UTC)])
        _begin(place)
        _kill_all(place)
        installation.start()
        place.started_at = datetime.now(UTC).replace(microsecond=0)
        for charger in place.chargers.values():
            charger.silent_to.clear()
            charger.connect(*_status_of(charger.identity))
        yield place
    finally:
        for charger in chargers.values():
            charger.close()
        installation.stop()


def _status_of(identity):
    return ("Faulted", "InternalError") if identity in (FAULTY, LIMITED) else ("Available",)


def _begin(place):
    """Each charger is in the middle of what it is asked."""
    for identity in (FAULTY, LIMITED, WORKED_ON, DONE_MEANWHILE):
        site = place.do("POST", "sites/", name=identity, latitude="52.5", longitude="13.4")["id"]
        place.do("POST", "stations/", identity=identity, site=site, security_profile=0)
        charger = PlainCharger(place.installation.ocpp, identity, silent_to=SILENT_TO.get(identity, ()))
        place.chargers[identity] = charger
        charger.connect()
        if identity in (FAULTY, LIMITED):
            per_day = 1 if identity == LIMITED else 3
            place.do("PUT", "playbooks/", site=site, mode="on", rules=["faulted"], steps=STEPS, per_day=per_day)
            charger.tell_status(*_status_of(identity))
        else:
            now = datetime.now(UTC)
            span = {"starts_at": now.isoformat(), "ends_at": (now + timedelta(hours=2)).isoformat()}
            window = place.do("POST", "maintenance-windows/", site=site, title="Cables", **span)
            place.windows[identity] = window["id"]
    for identity in (FAULTY, LIMITED):
        place.until(lambda charger=place.chargers[identity]: charger.resets == {"Soft": 1}, "a soft reset is sent")
    place.until(lambda: place.chargers[WORKED_ON].availability == ["Inoperative"], "one is asked, and says nothing")
    place.until(lambda: place.evses_of(DONE_MEANWHILE) == {"out"}, "the other is out of service")


def _kill_all(place):
    """The window of one charger ends while everything is down."""
    ends_at = datetime.now(UTC) + timedelta(seconds=5)
    place.do("PATCH", f"maintenance-windows/{place.windows[DONE_MEANWHILE]}/", ends_at=ends_at.isoformat())
    for name in list(place.installation.processes):
        place.installation.kill(name)
    place.killed_at = datetime.now(UTC)
    assert place.killed_at < ends_at
    time.sleep(max(0.0, (ends_at - place.killed_at).total_seconds()))


def test_self_repair_goes_on_where_it_was_and_does_no_step_twice(place):
    run = place.run_of(FAULTY)
    assert [step["step"] for step in run["taken"]] == ["probe", "soft_reset", "hard_reset", "work_order"]
    assert (run["state"], run["work_order"] is not None) == ("handed_over", True)
    assert place.chargers[FAULTY].resets == {"Soft": 1, "Hard": 1}


def test_a_reset_of_which_nobody_knows_counts_towards_the_daily_limit(place):
    run = place.run_of(LIMITED)
    steps = {step["step"]: (step["state"], step["why"]) for step in run["taken"]}
    assert steps["soft_reset"] == ("no_cure", "")
    assert steps["hard_reset"] == ("skipped", "limit")
    assert place.chargers[LIMITED].resets == {"Soft": 1}


def test_what_a_window_asked_for_in_vain_is_asked_again_and_taken_back_at_its_end(place):
    charger = place.chargers[WORKED_ON]
    place.until(lambda: place.evses_of(WORKED_ON) == {"out"}, "it is out of service")
    assert charger.availability == ["Inoperative", "Inoperative"]
    charger.tell_status("Unavailable")
    place.do("POST", f"maintenance-windows/{place.windows[WORKED_ON]}/end/")
    place.until(lambda: place.evses_of(WORKED_ON) == {"back"}, "it is back in service")
    assert charger.availability == ["Inoperative", "Inoperative", "Operative"]


def test_a_window_that_ended_while_everything_was_down_gives_the_charger_back(place):
    place.until(lambda: place.evses_of(DONE_MEANWHILE) == {"back"}, "it is back in service")
    assert place.chargers[DONE_MEANWHILE].availability == ["Inoperative", "Operative"]


def test_a_connection_that_our_own_death_cost_is_our_fault(place):
    def culprits():
        found = place.get("connectivity/drops/?page_size=100")["results"]
        return {row["station"]: row["culprit"] for row in found if row["station"] in place.chargers}

    place.until(lambda: culprits() == dict.fromkeys(place.chargers, "us"), "each drop is judged")


def test_our_own_absence_is_silence_in_the_ledger_for_as_long_as_it_was_and_mends_no_fault(place):
    def silences():
        return [entry for entry in place.ledger_of(DONE_MEANWHILE) if entry["cause"] == "offline"]

    place.until(silences, "the silence is written down")
    [silence] = silences()
    assert utc(silence["start"]) <= place.killed_at < place.started_at <= utc(silence["end"]) < datetime.now(UTC)
    assert silence["state"] == "unknown"
    causes = {entry["cause"] for entry in place.ledger_of(FAULTY) if utc(entry["end"]) > place.killed_at}
    assert causes == {"fault"}
