"""What the virtual charger says and obeys in OCPP 2.0.1."""

from .commands import commands_of
from .messages import Messages

__all__ = ["Messages", "commands_of"]
