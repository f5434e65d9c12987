"""Logs that a virtual charger uploads, and firmware that it pretends to install."""

import asyncio
import http.client
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .clock import iso
from .commands import Handler, Reply
from .transport import Payload

if TYPE_CHECKING:
    from .charger import VirtualCharger

# How long a charger waits for whoever takes its log.
_PATIENCE_S = 60
_NAME = "charger.log"
_STEPS = ("Downloading", "Downloaded", "Installing")

Tell = Callable[[str], Awaitable[Payload]]


class Maintenance:
    """The handlers of one charger, by action. `has_diagnostics`: GetDiagnostics, which only OCPP 1.6 has."""

    def __init__(self, charger: "VirtualCharger", *, has_diagnostics: bool) -> None:
        self._charger = charger
        self.handlers: dict[str, Handler] = {"GetLog": self._get_log, "UpdateFirmware": self._update}
        if has_diagnostics:
            self.handlers["GetDiagnostics"] = self._get_diagnostics

    def _get_log(self, payload: Payload) -> Reply:
        request_id, location = payload["requestId"], payload["log"]["remoteLocation"]

        async def tell(status: str) -> Payload:
            return await self._charger.call("LogStatusNotification", {"status": status, "requestId": request_id})

        return Reply({"status": "Accepted", "filename": _NAME}, lambda: self._upload(location, tell, "UploadFailure"))

    def _get_diagnostics(self, payload: Payload) -> Reply:
        location = payload["location"]

        async def tell(status: str) -> Payload:
            return await self._charger.call("DiagnosticsStatusNotification", {"status": status})

        return Reply({"fileName": _NAME}, lambda: self._upload(location, tell, "UploadFailed"))

    async def _upload(self, location: str, tell: Tell, failed: str) -> None:
        await tell("Uploading")
        done = await asyncio.to_thread(_put, location, self._log().encode())
        await tell("Uploaded" if done else failed)

    def _log(self) -> str:
        charger = self._charger
        lines = [f"{charger.profile.identity} {charger.profile.model} {charger.profile.firmware_version}"]
        lines += [f"sent {call.action}: {call.error or 'answered'}" for call in charger.sent]
        lines += [f"{iso(call.at)} received {call.action}" for call in charger.received]
        return "\n".join(lines) + "\n"

    def _update(self, payload: Payload) -> Reply:
        """2.x names the request and answers; 1.6 does neither."""
        named = {"requestId": payload["requestId"]} if "firmware" in payload else {}
        (payload["firmware"] if named else payload)["location"]  # required, though nothing is fetched

        async def tell(status: str) -> Payload:
            return await self._charger.call("FirmwareStatusNotification", {"status": status, **named})

        return Reply({"status": "Accepted"} if named else {}, lambda: self._install(tell))

    async def _install(self, tell: Tell) -> None:
        for step in _STEPS:
            await tell(step)
            await asyncio.sleep(self._charger.profile.reboot_s)
        await self._charger.reboot(reason="FirmwareUpdate")
        await self._charger.wait_until(lambda: self._charger.ready)
        await tell("Installed")


def _put(location: str, body: bytes) -> bool:
    """Whether `body` was taken at an http(s) address; other addresses are beyond this charger."""
    parts = urlsplit(location)
    kinds = {"http": http.client.HTTPConnection, "https": http.client.HTTPSConnection}
    if parts.scheme not in kinds or not parts.netloc:
        return False
    connection = kinds[parts.scheme](parts.netloc, timeout=_PATIENCE_S)
    try:
        connection.request("PUT", parts.path.rstrip("/") + f"/{_NAME}", body)
        return bool(connection.getresponse().status < 300)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
