"""Any charger, any order: a conversation over a socket and a lane that do what hypothesis thinks of.

Whatever comes, nothing is raised; at most one CALL of ours is open; replies leave in the order of the CALLs, one for
each, unless the socket was closed.
"""

import asyncio
import json
from collections import deque
from dataclasses import replace

from django.test import override_settings
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from stations.metrics import Tally
from stations.models import Station
from stations.ocpp import exchange, protocols, rpc
from stations.ocpp import session as conversation
from stations.ocpp.lanes import JobFailed, Outage
from stations.ocpp.router import Routes

CALL_TIMEOUT_S = 30
# Put together, for hypothesis tries the texts that stand in a test: nothing else may have these ids.
OWN = "-".join(["own", "call", ""])


class Loop(asyncio.SelectorEventLoop):
    """Its time can be put forward."""

    skipped = 0.0

    def time(self):
        return super().time() + self.skipped


class Socket:
    """Keeps what was sent, or breaks at each send."""

    def __init__(self):
        self.sent = []
        self.close_code = None
        self.is_broken = False

    async def send_text(self, text):
        if self.is_broken:
            raise ConnectionError("broken pipe")
        assert self.close_code is None, "sent after the close"
        self.sent.append(json.loads(text))

    async def close(self, code):
        self.close_code = code


class Work:
    """What the jobs of this test touch of a unit of work."""

    def __init__(self):
        self.stations = {1: Station(pk=1, identity="CP-1", registration=Station.Registration.ACCEPTED)}
        self.frames = []
        self.tally = Tally()
        self.now = None


class Lane:
    """Holds its jobs until it is told to commit, to fail, or to be away."""

    def __init__(self, loop):
        self.loop = loop
        self.jobs = deque()
        self.held = 0

    def submit(self, station_id, job):
        future = self.loop.create_future()
        self.jobs.append((future, job))
        return future

    def settle(self, error=None):
        future, job = self.jobs.popleft()
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(job(Work()))


def echo(context, request):
    return {"status": "Accepted"}


WORDS = st.text(max_size=8)
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=8,
)
LIKE_A_FRAME = st.tuples(
    st.sampled_from([2, 3, 4, 5, 6, 7, -1, "2", None]),
    st.sampled_from(["", "a", "m-0", "m-1", "x" * 40, 7, None]),
    JUNK,
    JUNK,
).map(json.dumps)


class Conversation(RuleBasedStateMachine):
    """The charger, the lane and the operator take turns."""

    @initialize(version=st.sampled_from([protocol.name for protocol in protocols.SPOKEN]))
    def connect(self, version):
        self.loop = Loop()
        self.protocol = replace(protocols.named(version), routes=Routes(handlers={"DataTransfer": echo}))
        self.socket, self.lane = Socket(), Lane(self.loop)
        self.queued, self.calls, self.count = deque(), [], 0
        # What was sent, in order, and of that what has neither been answered nor given up.
        self.opened, self.open_calls = [], []
        self.patches = {
            "claim_next": exchange.claim_next,
            "take_answer": exchange.take_answer,
            "give_up": exchange.give_up,
            "ask_for_status": exchange.ask_for_status,
        }
        exchange.claim_next = self._claim
        exchange.take_answer = lambda source, text, sent, frame: self._end(sent)
        exchange.give_up = lambda source, sent, outcome: self._end(sent)
        exchange.ask_for_status = lambda source: lambda work: None
        self.overridden = override_settings(OCPP_CALL_TIMEOUT_SECONDS=CALL_TIMEOUT_S)
        self.overridden.enable()
        self.died = []
        self.loop.set_exception_handler(lambda loop, context: self.died.append(context))
        self.session = self._run(self._open())

    async def _open(self):
        return conversation.Session(
            socket=self.socket,
            lane=self.lane,
            protocol=self.protocol,
            station_id=1,
            connection_id=1,
            opened_at=timezone.now(),
        )

    def _claim(self, source, message_id, since=None):
        def job(work):
            if not self.queued:
                return exchange.NOTHING
            name = self.queued.popleft()
            if name == "skipped":
                return exchange.SKIPPED
            self.opened.append(name)
            self.open_calls.append(name)
            return exchange.Outgoing(name, rpc.call(name, "ClearCache", {}), 1, "ClearCache", {})

        return job

    def _end(self, sent):
        if sent.message_id in self.open_calls:
            self.open_calls.remove(sent.message_id)
        return lambda work: None

    def _run(self, coroutine):
        result = self.loop.run_until_complete(coroutine)
        self._settle_loop()
        return result

    def _settle_loop(self):
        async def breathe():
            for _ in range(20):
                await asyncio.sleep(0)

        self.loop.run_until_complete(breathe())

    def _receive(self, text):
        self._run(self.session.receive(text))

    # --- The charger ---

    @rule(good=st.booleans())
    def calls(self, good):
        payload = {"vendorId": "org.example"} if good else {"vendor": 1}
        self._call(f"{OWN}{len(self.calls)}", "DataTransfer", payload)

    @rule(action=st.sampled_from(["NoSuchAction", "ClearCache", "BootNotification"]))
    def calls_what_is_not_handled(self, action):
        self._call(f"{OWN}{len(self.calls)}", action, {})

    def _call(self, message_id, action, payload):
        text = json.dumps([2, message_id, action, payload])
        self.calls.append(text)
        self._receive(text)

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def repeats_a_call(self, data):
        text = data.draw(st.sampled_from(self.calls))
        self.calls.append(text)
        self._receive(text)

    @rule()
    def beats(self):
        self._receive(json.dumps([2, "h-1", "Heartbeat", {}]))

    @rule(text=st.one_of(st.text(max_size=40), JUNK.map(json.dumps), LIKE_A_FRAME))
    def says_anything(self, text):
        self._receive(text)

    @rule(frame=st.sampled_from([[3, {}], [3, {"status": "Accepted"}], [4, "GenericError", "no", {}], [3], [3, []]]))
    def answers(self, frame):
        if self.opened:
            self._receive(json.dumps([frame[0], self.opened[-1], *frame[1:]]))

    @rule()
    def breaks_its_socket(self):
        self.socket.is_broken = True

    # --- The lane ---

    @precondition(lambda self: self.lane.jobs)
    @rule(count=st.integers(1, 5))
    def commits(self, count):
        for _ in range(min(count, len(self.lane.jobs))):
            self.lane.settle()
        self._settle_loop()

    @precondition(lambda self: self.lane.jobs)
    @rule()
    def cannot_store(self):
        self.lane.settle(JobFailed("culprit"))
        self._settle_loop()

    @precondition(lambda self: self.lane.jobs)
    @rule()
    def is_away(self):
        self.lane.settle(Outage("away"))
        self._settle_loop()

    # --- The operator ---

    @rule(skipped=st.booleans())
    def asks(self, skipped):
        self.queued.append("skipped" if skipped else f"m-{self.count}")
        self.count += 1
        self._run(self._wake())

    async def _wake(self):
        self.session.wake()

    @rule()
    def waits(self):
        self.loop.skipped += CALL_TIMEOUT_S + 1
        self._settle_loop()

    # --- What always holds ---

    @invariant()
    def no_task_has_died(self):
        assert not self.died

    @invariant()
    def at_most_one_call_of_ours_is_open(self):
        assert len(self.open_calls) <= 1, self.open_calls

    @invariant()
    def replies_leave_in_the_order_of_the_calls(self):
        replied = self._replied()
        assert replied == [json.loads(text)[1] for text in self.calls][: len(replied)]

    def _replied(self):
        return [str(frame[1]) for frame in self.socket.sent if frame[0] in (3, 4) and str(frame[1]).startswith(OWN)]

    def teardown(self):
        try:
            self._drain()
            if self.socket.close_code is None and not self.socket.is_broken:
                assert len(self._replied()) == len(self.calls)
        finally:
            self.overridden.disable()
            for name, original in self.patches.items():
                setattr(exchange, name, original)
            self.session.closed()
            self._settle_loop()
            self.loop.close()

    def _drain(self):
        """Everything that waits is committed, and no CALL of ours is waited for any longer."""
        for _ in range(3):
            while self.lane.jobs:
                self.lane.settle()
                self._settle_loop()
            self.waits()


TestConversation = Conversation.TestCase
TestConversation.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
