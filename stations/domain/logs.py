"""Logs that chargers upload: what their words mean, and what an uploaded file may be called."""

import re
import unicodedata
from enum import StrEnum


class LogKind(StrEnum):
    """OCPP 2.1 `LogEnumType`."""

    DIAGNOSTICS = "diagnostics"
    SECURITY = "security"
    DATA_COLLECTOR = "data_collector"


class LogState(StrEnum):
    REQUESTED = "requested"
    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    FAILED = "failed"


OPEN_STATES = frozenset({LogState.REQUESTED, LogState.UPLOADING})
WIRE_NAMES = {
    LogKind.DIAGNOSTICS: "DiagnosticsLog",
    LogKind.SECURITY: "SecurityLog",
    LogKind.DATA_COLLECTOR: "DataCollectorLog",
}
KINDS = {name: kind for kind, name in WIRE_NAMES.items()}

# UploadLogStatusEnumType (1.6 security extension, 2.x) and DiagnosticsStatus (1.6). Idle says nothing of an upload.
STATE_OF_STATUS = {
    "Uploading": LogState.UPLOADING,
    "Uploaded": LogState.UPLOADED,
    "UploadFailure": LogState.FAILED,
    "UploadFailed": LogState.FAILED,
    "BadMessage": LogState.FAILED,
    "NotSupportedOperation": LogState.FAILED,
    "PermissionDenied": LogState.FAILED,
    "AcceptedCanceled": LogState.FAILED,
}
IDLE = "Idle"


def state_after(status: str, before: LogState) -> LogState:
    """The state once a charger has said `status`; words that tell nothing leave it as it was."""
    return STATE_OF_STATUS.get(status, before)


def file_name(given: str) -> str:
    """A harmless name for a file that a charger calls `given`: no folders, no odd characters, never empty or hidden."""
    last = re.split(r"[/\\]", given)[-1]
    plain = unicodedata.normalize("NFKD", last).encode("ascii", "ignore").decode()
    kept = re.sub(r"[^A-Za-z0-9._-]+", "_", plain).strip("._-")
    if len(kept) > 100:
        stem, dot, ending = kept.rpartition(".")
        kept = f"{stem[: 99 - len(ending)]}{dot}{ending}" if dot and len(ending) <= 10 else kept[:100]
    return kept or "log"
