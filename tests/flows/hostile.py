"""What hostile and broken chargers do to a socket: honest frames, mutated, and ways to misuse a connection.

`python -m tests.flows.hostile URL SECONDS` lets them loose, in a process of their own: what they compute must not be
what others wait for. It prints what they saw as JSON.
"""

import asyncio
import contextlib
import copy
import json
import os
import random
import sys
from collections import Counter

import django
import websockets

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
django.setup()

from stations.ocpp import protocols  # noqa: E402
from tests.conformance.payloads.generator import Generator  # noqa: E402

SEED = 20260101
PROTOCOLS = ("ocpp1.6", "ocpp2.0.1", "ocpp2.1")
IDENTITIES = [f"BAD-{number}" for number in range(6)]
# Of the frames that are no frames at all; the rest is what a charger would send.
NONSENSE = ["", "null", "[]", "{}", "[2]", "[[[[", "[" * 100_000, '{"a":' * 5_000, "NaN", "[2,NaN,NaN,{}]", "\ufeff[]"]
MEGABYTE = 2**20
CRASHED = "InternalError"


def recorded(protocol):
    """One good frame of each message a charger sends, with all there can be in it."""
    spoken = protocols.named(protocol)
    actions = sorted((spoken.from_charger | {"DataTransfer"}) - spoken.schemas.sends)
    return [
        [2, f"f-{number}", action, Generator(spoken.schemas.document(spoken.schemas.request_name(action))).full()]
        for number, action in enumerate(actions)
    ]


class Mutator:
    """Texts that a broken or hostile charger could send, always the same ones for the same seed."""

    def __init__(self, frames, seed):
        self.frames = frames
        self.random = random.Random(seed)  # noqa: S311
        self.ways = [
            self.truncated,
            self.of_other_types,
            self.with_huge_numbers,
            self.nested,
            self.with_nan,
            self.with_nul,
            self.with_lone_surrogates,
            self.with_duplicate_keys,
            self.with_a_megabyte,
            self.as_bytes,
            self.shuffled,
            self.nonsense,
            self.honest,
        ]

    def next(self):
        """The next message: text, or bytes for a binary frame."""
        return self.random.choice(self.ways)(self.random.choice(self.frames))

    def truncated(self, frame):
        text = json.dumps(frame)
        return text[: self.random.randrange(len(text))]

    def of_other_types(self, frame):
        values = [None, True, 0, -1, 1.5, "", "x", [], {}, [[]], {"a": 1}]
        return json.dumps(self._replaced(frame, lambda _: self.random.choice(values)))

    def with_huge_numbers(self, frame):
        numbers = [2**31, -(2**63), 10**30, 1e308, -1e-308, 10**400]
        return json.dumps(self._replaced(frame, lambda _: self.random.choice(numbers)))

    def nested(self, frame):
        depth = self.random.choice([10, 100, 300, 500, 50_000])
        name = self.random.choice(["deep", "customData"])
        return json.dumps(frame)[:-2] + f',"{name}":' + '{"a":' * depth + "1" + "}" * depth + "}]"

    def with_nan(self, frame):
        return json.dumps(self._replaced(frame, lambda _: self.random.choice([float("nan"), float("-inf")])))

    def with_nul(self, frame):
        return json.dumps(self._replaced(frame, lambda value: f"{value}\0"))

    def with_lone_surrogates(self, frame):
        return json.dumps(self._replaced(frame, lambda value: f"{value}\ud800"))

    def with_duplicate_keys(self, frame):
        text = json.dumps(frame[3])[1:-1]
        return f'[2,"{frame[1]}","{frame[2]}",{{{text},{text}}}]' if text else json.dumps(frame)

    def with_a_megabyte(self, frame):
        return json.dumps(self._replaced(frame, lambda _: "x" * MEGABYTE))

    def as_bytes(self, frame):
        text = json.dumps(frame).encode()
        return self.random.choice([text, bytes(reversed(text)), self.random.randbytes(200)])

    def shuffled(self, frame):
        parts = [*frame, *self.random.sample([{}, [], 7, "y", None], 2)]
        self.random.shuffle(parts)
        return json.dumps(parts[: self.random.randrange(7)])

    def nonsense(self, frame):
        return self.random.choice(NONSENSE)

    def honest(self, frame):
        return json.dumps([2, f"h-{self.random.randrange(10**6)}", *frame[2:]])

    def _replaced(self, frame, change):
        """The frame with one value somewhere in it changed."""
        changed = copy.deepcopy(frame)
        container, key = self.random.choice(list(_places(changed)))
        before = container[key]
        container[key] = change(before if isinstance(before, str) else "")
        return changed


def _places(value):
    """(container, key) of every value in a frame."""
    items = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, item in items:
        yield value, key
        yield from _places(item)


# --- Clients ---


class Hostile:
    """One identity that misbehaves until it is cancelled, and comes back whenever it is thrown out."""

    def __init__(self, url, identity, protocol, seed):
        self.url, self.identity, self.protocol = url, identity, protocol
        self.address = f"{url}/{identity}"
        self.mutator = Mutator(recorded(protocol), seed)
        self.random = random.Random(seed)  # noqa: S311
        self.sent = 0
        self.codes = Counter()
        self.crashes = []

    async def run(self):
        """Connect, misbehave in one way, again."""
        ways = [*[self.fuzz] * 5, self.flood, self.ping, self.dribble, self.never_read]
        while True:
            with contextlib.suppress(OSError, websockets.WebSocketException, TimeoutError):
                async with asyncio.timeout(1):
                    await self.random.choice(ways)()
            await asyncio.sleep(0.01)

    def _connect(self, **options):
        return websockets.connect(
            self.address, subprotocols=[self.protocol], proxy=None, ping_interval=None, max_size=None, **options
        )

    async def fuzz(self):
        """Send mutated frames, and read what is answered."""
        async with self._connect() as socket:
            reader = asyncio.create_task(self._read(socket))
            try:
                for _ in range(self.random.randrange(1, 60)):
                    await socket.send(self.mutator.next())
                    self.sent += 1
                    await asyncio.sleep(0.005)
            finally:
                reader.cancel()

    async def _read(self, socket):
        async for text in socket:
            frame = json.loads(text)
            code = frame[2] if frame[0] == 4 else "result" if frame[0] == 3 else "call"
            self.codes[code] += 1
            if code == CRASHED:
                self.crashes.append((self.protocol, frame))

    async def flood(self):
        """Many CALLs at once, none waited for."""
        async with self._connect() as socket:
            for number in range(400):
                await socket.send(json.dumps([2, f"x-{number}", "DataTransfer", {"vendorId": "x" * 100}]))
                self.sent += 1
            await asyncio.sleep(0.1)

    async def ping(self):
        """Control frames only."""
        async with self._connect() as socket:
            for _ in range(500):
                await socket.ping()
                self.sent += 1

    async def dribble(self):
        """A message in tiny fragments, never finished."""

        async def fragments():
            for piece in '[2,"slow","DataTransfer",{"vendorId":"':
                yield piece
                await asyncio.sleep(0.02)
            raise ConnectionError

        async with self._connect() as socket:
            with contextlib.suppress(ConnectionError):
                await socket.send(fragments())

    async def never_read(self):
        """Ask and ask, and take no answer from the socket."""
        async with self._connect(max_queue=1) as socket:
            for number in range(1_000):
                await socket.send(json.dumps([2, f"n-{number}", "BootNotification", {"x": "y" * 2_000}]))
                self.sent += 1

    async def stand_in_the_door(self):
        """Handshakes that begin and do not end, until cancelled."""
        host, port = self.url.removeprefix("ws://").split("/")[0].split(":")
        writers = []
        try:
            while True:
                _, writer = await asyncio.open_connection(host, int(port))
                writers.append(writer)
                writer.write(f"GET /ocpp/{self.identity} HTTP/1.1\r\nHost: {host}\r\nUpgrade: webs".encode())
                await writer.drain()
                await asyncio.sleep(0.05)
        finally:
            for writer in writers:
                writer.close()


async def besiege(url, seconds):
    """All of them at once; what they saw."""
    clients = [
        Hostile(url, identity, PROTOCOLS[number % len(PROTOCOLS)], SEED + number)
        for number, identity in enumerate(IDENTITIES)
    ]
    tasks = [asyncio.create_task(work) for work in (*(c.run() for c in clients), clients[0].stand_in_the_door())]
    ended, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_EXCEPTION)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in ended:
        task.result()
    return {
        "sent": sum(client.sent for client in clients),
        "codes": dict(sum((client.codes for client in clients), Counter())),
        "crashes": [crash for client in clients for crash in client.crashes][:3],
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(besiege(sys.argv[1], float(sys.argv[2])))))  # noqa: T201
