"""Chargers that do one thing, as fast as they are answered: `python -m benchmarks.chargers URL PROTOCOL [options]`.

Each connects, says that it has booted, and then sends meter values of its open session one after the other (closed
loop). Its texts are only filled in: that costs less than to make them.

Prints a line when the measurement begins, and at its end a line of JSON.
"""

import argparse
import asyncio
import json
import sys
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from benchmarks.report import percentile
from benchmarks.wire import TEXT, Wire

_BOOT = {
    "ocpp1.6": '{"chargePointVendor":"Bench","chargePointModel":"One"}',
    "ocpp2.0.1": '{"reason":"PowerUp","chargingStation":{"vendorName":"Bench","model":"One"}}',
}
_METER_VALUES = (
    '[2,"%s","MeterValues",{"connectorId":1,"transactionId":%s,"meterValue":[{"timestamp":"%sZ","sampledValue":['
    '{"value":"%d","context":"Sample.Periodic","measurand":"Energy.Active.Import.Register","unit":"Wh"},'
    '{"value":"%d","context":"Sample.Periodic","measurand":"Power.Active.Import","unit":"W"},'
    '{"value":"32.1","context":"Sample.Periodic","measurand":"Current.Import","unit":"A"},'
    '{"value":"63","context":"Sample.Periodic","measurand":"SoC","unit":"Percent"}]}]}]'
)
_TRANSACTION_EVENT = (
    '[2,"%s","TransactionEvent",{"eventType":"Updated","timestamp":"%sZ","triggerReason":"MeterValuePeriodic",'
    '"seqNo":%d,"transactionInfo":{"transactionId":"%s","chargingState":"Charging"},'
    '"evse":{"id":1,"connectorId":1},"meterValue":[{"timestamp":"%sZ","sampledValue":['
    '{"value":%d,"context":"Sample.Periodic","measurand":"Energy.Active.Import.Register","unitOfMeasure":{"unit":"Wh"}},'
    '{"value":%d,"context":"Sample.Periodic","measurand":"Power.Active.Import","unitOfMeasure":{"unit":"W"}},'
    '{"value":32.1,"context":"Sample.Periodic","measurand":"Current.Import","unitOfMeasure":{"unit":"A"}},'
    '{"value":63,"context":"Sample.Periodic","measurand":"SoC","unitOfMeasure":{"unit":"Percent"}}]}]}]'
)
# A charger's own clock runs faster here than ours, or its meter would have to jump; it stays in the past.
_STEP = timedelta(seconds=1)
_BEGINS_BEFORE = timedelta(days=2)
# How long they may take to be answered their boot, all together.
BOOT_S = 120


def identity(protocol: str, number: int) -> str:
    """The charge point's identity in the URL."""
    return f"BENCH-{'16' if protocol == 'ocpp1.6' else '201'}-{number:05}"


def transaction_id(protocol: str, number: int) -> str:
    """The transaction a charger has open: 1.6 knows integers."""
    return str(1_000_000 + number) if protocol == "ocpp1.6" else f"transaction-{number:05}"


class Charger(Wire):
    """One charger with its open session."""

    def __init__(self, load: "Load", number: int) -> None:
        super().__init__()
        self._load = load
        self._number = number
        self._transaction_id = transaction_id(load.protocol, number)
        self._at = datetime.now(UTC).replace(tzinfo=None, microsecond=0) - _BEGINS_BEFORE
        self._energy_wh = 10_000
        self._sent = 0
        self._awaited = b""
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.ask(self._load.url, identity(self._load.protocol, self._number), self._load.protocol)

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._load.lost += self._load.is_on

    def opened(self) -> None:
        self._send(f'[2,"boot","BootNotification",{_BOOT[self._load.protocol]}]', "boot")

    def refused(self, status: str) -> None:
        raise SystemExit(f"The server refused the handshake: {status}")

    def received(self, opcode: int, payload: bytes) -> None:
        if opcode != TEXT:
            return
        if payload.startswith(self._awaited, 2):
            self._load.answered(payload[1:2], time.perf_counter() - self._sent_at)
            self.next()
        elif payload.startswith(b"[2,"):
            # What the server asks of us.
            self.write(f'[4,"{json.loads(payload)[1]}","NotImplemented","",{{}}]'.encode())

    def next(self) -> None:
        """Send the next meter values, if the load is on."""
        if not self._load.is_on:
            return
        self._sent += 1
        self._at += _STEP
        self._energy_wh += 3
        message_id = f"{self._number}-{self._sent}"
        at, power_w = self._at.isoformat(), 11_000 + self._sent % 100
        if self._load.protocol == "ocpp1.6":
            text = _METER_VALUES % (message_id, self._transaction_id, at, self._energy_wh, power_w)
        else:
            values = (message_id, at, self._sent, self._transaction_id, at, self._energy_wh, power_w)
            text = _TRANSACTION_EVENT % values
        self._send(text, message_id)

    def _send(self, text: str, message_id: str) -> None:
        self._awaited = f',"{message_id}",'.encode()
        self._sent_at = time.perf_counter()
        self.write(text.encode())


class Load:
    """All chargers, and what they have counted."""

    def __init__(self, url: str, protocol: str, chargers: int) -> None:
        self.url = url
        self.protocol = protocol
        self.is_on = False
        self.lost = 0
        self.refused = 0
        self._to_boot = chargers
        self._all_booted = asyncio.Event()
        self._is_measuring = False
        self._took_s: list[float] = []

    def answered(self, message_type: bytes, took_s: float) -> None:
        """`message_type`: 3 is an answer, 4 a refusal, and an echo comes as the 2 it was sent as."""
        if not self.is_on:
            self._to_boot -= 1
            if self._to_boot == 0:
                self._all_booted.set()
        if self._is_measuring:
            self._took_s.append(took_s)
            self.refused += message_type == b"4"

    async def run(self, warmup_s: float, seconds: float) -> dict[str, float]:
        """What came of it: how many messages, how long the measurement took, latencies in ms, and what went wrong."""
        loop = asyncio.get_running_loop()
        url = urlsplit(self.url)
        made = [Charger(self, number) for number in range(self._to_boot)]
        for charger in made:
            await loop.create_connection(lambda charger=charger: charger, url.hostname, url.port)  # type: ignore[misc]
        async with asyncio.timeout(BOOT_S):
            await self._all_booted.wait()
        self.is_on = True
        for charger in made:
            charger.next()
        await asyncio.sleep(warmup_s)
        sys.stdout.write("measuring\n")
        sys.stdout.flush()
        began, self._is_measuring = time.perf_counter(), True
        await asyncio.sleep(seconds)
        self._is_measuring, took = False, time.perf_counter() - began
        self.is_on = False
        return {
            "messages": len(self._took_s),
            "seconds": took,
            "p50_ms": percentile(self._took_s, 50) * 1000,
            "p99_ms": percentile(self._took_s, 99) * 1000,
            "refused": self.refused,
            "lost": self.lost,
        }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("protocol", choices=list(_BOOT))
    parser.add_argument("--chargers", type=int, default=200)
    parser.add_argument("--warmup", type=float, default=2.0)
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    load = Load(options.url, options.protocol, options.chargers)
    print(json.dumps(asyncio.run(load.run(options.warmup, options.seconds))))


if __name__ == "__main__":
    main()
