"""A transaction of OCPP 2.x, told event by event."""

from datetime import UTC, datetime, timedelta

TOKEN = {"idToken": "CARD-1", "type": "ISO14443"}
EVSE = {"id": 1, "connectorId": 1}


def energy(wh, *, context="Sample.Periodic", at=None, **more):
    """One meter value of the energy register."""
    moment = at or datetime.now(UTC)
    sampled = {"value": wh, "context": context, "unitOfMeasure": {"unit": "Wh"}} | more
    return {"timestamp": moment.isoformat(), "sampledValue": [sampled]}


class Transaction:
    """Its events carry the next seqNo and, each a second later than the one before, a time."""

    def __init__(self, charger, transaction_id="TX-1"):
        self.charger = charger
        self.id = transaction_id
        self.seq_no = -1
        self.at = datetime.now(UTC) - timedelta(minutes=5)

    async def event(self, kind, trigger, *, info=None, seq_no=None, **members):
        """Send a TransactionEvent; its answer. `info`: what transactionInfo holds beside the id."""
        if seq_no is None:
            self.seq_no += 1
            seq_no = self.seq_no
        self.at += timedelta(seconds=1)
        payload = {
            "eventType": kind,
            "timestamp": self.at.isoformat(),
            "triggerReason": trigger,
            "seqNo": seq_no,
            "transactionInfo": {"transactionId": self.id} | (info or {}),
        }
        return await self.charger.call("TransactionEvent", payload | members)

    async def start(self, trigger="CablePluggedIn", *, state="EVConnected", **members):
        return await self.event("Started", trigger, info={"chargingState": state}, **members)

    async def update(self, trigger="ChargingStateChanged", *, state=None, **members):
        return await self.event("Updated", trigger, info={"chargingState": state} if state else None, **members)

    async def end(self, trigger, reason, *, state=None, **members):
        info = {"stoppedReason": reason} | ({"chargingState": state} if state else {})
        return await self.event("Ended", trigger, info=info, **members)

    async def charging(self):
        """The reusable state EnergyTransferStarted: cable first, then the card, then energy."""
        await self.start(evse=EVSE)
        await self.update("Authorized", idToken=TOKEN)
        await self.update(state="Charging", evse=EVSE)
        return self
