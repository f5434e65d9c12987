"""What the virtual charger says and obeys in OCPP 1.6J."""

from .commands import commands_of
from .messages import Messages

__all__ = ["Messages", "commands_of"]
