"""The words of a session's timeline, by what stands on the wire."""

from drivers.domain.phrases import Phrase
from stations.domain.commands import CommandState
from stations.domain.session import Phase

# OCPP 2.x chargingState and 1.6 connector status, as far as they say whether energy flows.
WIRE_PHASES = {
    "EVConnected": Phase.CONNECTED,
    "Charging": Phase.CHARGING,
    "SuspendedEV": Phase.SUSPENDED_EV,
    "SuspendedEVSE": Phase.SUSPENDED_EVSE,
    "Idle": Phase.IDLE,
    "Finishing": Phase.IDLE,
}

OUTCOME_TEXTS = {
    CommandState.ACCEPTED: Phrase("The charger accepted it (%(what)s) after %(duration)s"),
    CommandState.REJECTED: Phrase("The charger refused it (%(what)s): %(why)s"),
    CommandState.FAILED: Phrase("It could not be done (%(what)s): %(why)s"),
    CommandState.TIMEOUT: Phrase("The charger did not answer (%(what)s)"),
    CommandState.EXPIRED: Phrase("It was never sent (%(what)s): the charger was not connected"),
    CommandState.UNKNOWN: Phrase("The connection was lost before the charger answered (%(what)s)"),
    CommandState.NO_EFFECT: Phrase("The charger accepted it (%(what)s), but no session started in time"),
}

# OCPP 2.x triggerReason → kind of entry and its words; those that tell of nothing but a reading are not here.
TRIGGER_TEXTS = {
    "CablePluggedIn": ("plugged_in", Phrase("The vehicle was plugged in")),
    "EVDetected": ("plugged_in", Phrase("The vehicle was detected")),
    "EVDeparted": ("unplugged", Phrase("The vehicle left")),
    "EVCommunicationLost": ("unplugged", Phrase("The plug was pulled, or the vehicle fell silent")),
    "RemoteStart": ("noted", Phrase("The charger follows the remote start")),
    "StopAuthorized": ("noted", Phrase("The driver asked to stop")),
    "Deauthorized": ("refused", Phrase("The authorization was withdrawn")),
    "UnlockCommand": ("noted", Phrase("The connector was unlocked from here")),
    "ResetCommand": ("restarted", Phrase("The charger was told to restart")),
    "AbnormalCondition": ("fault", Phrase("The charger reports an abnormal condition")),
    "EnergyLimitReached": ("noted", Phrase("The limit of energy was reached")),
    "TimeLimitReached": ("noted", Phrase("The limit of time was reached")),
    "SoCLimitReached": ("noted", Phrase("The limit of the state of charge was reached")),
    "CostLimitReached": ("noted", Phrase("The limit of the cost was reached")),
    "ChargingRateChanged": ("noted", Phrase("The limit of power changed")),
    "TariffChanged": ("noted", Phrase("The tariff changed")),
    "LimitSet": ("noted", Phrase("The driver set a limit")),
    "OperationModeChanged": ("noted", Phrase("The mode of operation changed")),
}

# Connector status (1.6, 2.x) → kind of entry and its words; Charging and Suspended are phases.
CONNECTOR_TEXTS = {
    "Preparing": ("plugged_in", Phrase("A vehicle was plugged in, or a card was shown")),
    "Occupied": ("plugged_in", Phrase("The vehicle was plugged in")),
    "Finishing": ("noted", Phrase("Charging is over, the cable is still in")),
    "Reserved": ("noted", Phrase("The connector is reserved")),
    "Unavailable": ("noted", Phrase("The connector is out of service")),
    "Faulted": ("fault", Phrase("The connector reported a fault")),
}

# Reason of StopTransaction (1.6), stoppedReason (2.x).
STOP_REASONS = {
    "Local": Phrase("Stopped at the station"),
    "Remote": Phrase("Stopped remotely"),
    "EVDisconnected": Phrase("The plug was pulled on the vehicle's side"),
    "DeAuthorized": Phrase("The id token was not accepted"),
    "EmergencyStop": Phrase("The emergency stop was pressed"),
    "EnergyLimitReached": Phrase("The limit of energy was reached"),
    "GroundFault": Phrase("Stopped by a ground fault"),
    "OvercurrentFault": Phrase("Stopped by overcurrent"),
    "HardReset": Phrase("Cut off by a hard reset"),
    "SoftReset": Phrase("Ended by a soft reset"),
    "ImmediateReset": Phrase("Cut off by a reset"),
    "Reboot": Phrase("The charger restarted"),
    "PowerLoss": Phrase("The charger lost its power"),
    "PowerQuality": Phrase("Stopped because of the grid's quality"),
    "LocalOutOfCredit": Phrase("No credit was left"),
    "MasterPass": Phrase("Stopped by a master pass"),
    "SOCLimitReached": Phrase("The limit of the state of charge was reached"),
    "StoppedByEV": Phrase("Stopped by the vehicle"),
    "TimeLimitReached": Phrase("The limit of time was reached"),
    "CostLimitReached": Phrase("The limit of the cost was reached"),
    "LimitSet": Phrase("A limit of the driver was reached"),
    "Timeout": Phrase("No vehicle came in time"),
    "UnlockCommand": Phrase("The connector was unlocked from here"),
}
