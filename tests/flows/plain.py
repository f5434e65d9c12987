"""A charger of OCPP 1.6 without habits of its own: says what it is told to, accepts what it is asked, and notes it."""

import itertools
import json
import threading
from collections import Counter
from contextlib import ExitStack, suppress
from queue import SimpleQueue

import websockets
from websockets.sync.client import connect

BOOT = {"chargePointVendor": "Acme", "chargePointModel": "One"}
ANSWER_S = 120


class PlainCharger:
    """One connector. `silent_to`: actions that it takes note of and does not answer, in the middle of which it can lose
    its connection. `asked`: what came, over all its sockets."""

    def __init__(self, url, identity, *, silent_to=()):
        self.identity, self.silent_to = identity, set(silent_to)
        self.asked = []
        self._url = f"{url}/{identity}"
        self._ids = itertools.count()
        self._answers = SimpleQueue()
        self._socket = None
        self._sockets = ExitStack()

    def connect(self, status="Available", error="NoError"):
        """Over a new socket: boot, and tell the status of the connector."""
        connecting = connect(self._url, subprotocols=["ocpp1.6"], proxy=None, ping_interval=None)
        self._socket = self._sockets.enter_context(connecting)
        threading.Thread(target=self._listen, args=(self._socket,), daemon=True).start()
        self.say("BootNotification", BOOT)
        self.tell_status(status, error)

    def tell_status(self, status, error="NoError"):
        self.say("StatusNotification", {"connectorId": 1, "errorCode": error, "status": status})

    def say(self, action, payload):
        """Returns once it is answered, so stored."""
        message_id = f"{self.identity}-{next(self._ids)}"
        self._socket.send(json.dumps([2, message_id, action, payload]))
        while (answer := self._answers.get(timeout=ANSWER_S))[1] != message_id:
            pass
        assert answer[0] == 3, answer

    def close(self):
        self._sockets.close()

    def told(self, action, field):
        """What it was asked by an action, one field of each, in order."""
        return [payload[field] for asked, payload in list(self.asked) if asked == action]

    @property
    def resets(self):
        return Counter(self.told("Reset", "type"))

    @property
    def availability(self):
        return self.told("ChangeAvailability", "type")

    def _listen(self, socket):
        with suppress(websockets.ConnectionClosed):
            for text in socket:
                message = json.loads(text)
                if message[0] != 2:
                    self._answers.put(message)
                    continue
                self.asked.append((message[2], message[3]))
                if message[2] not in self.silent_to:
                    socket.send(json.dumps([3, message[1], _answer(message[2])]))


def _answer(action):
    return {"configurationKey": []} if action == "GetConfiguration" else {"status": "Accepted"}
