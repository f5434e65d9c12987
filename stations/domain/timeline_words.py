"""The words of a session's timeline, by what stands on the wire. Templates: see stations.domain.timeline."""

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
    CommandState.ACCEPTED: "The charger accepted it (%(what)s) after %(duration)s",
    CommandState.REJECTED: "The charger refused it (%(what)s): %(why)s",
    CommandState.FAILED: "It could not be done (%(what)s): %(why)s",
    CommandState.TIMEOUT: "The charger did not answer (%(what)s)",
    CommandState.EXPIRED: "It was never sent (%(what)s): the charger was not connected",
    CommandState.UNKNOWN: "The connection was lost before the charger answered (%(what)s)",
    CommandState.NO_EFFECT: "The charger accepted it (%(what)s), but no session started in time",
}

# OCPP 2.x triggerReason → kind of entry and template; those that tell of nothing but a reading are not here.
TRIGGER_TEXTS = {
    "CablePluggedIn": ("plugged_in", "The vehicle was plugged in"),
    "EVDetected": ("plugged_in", "The vehicle was detected"),
    "EVDeparted": ("unplugged", "The vehicle left"),
    "EVCommunicationLost": ("unplugged", "The plug was pulled, or the vehicle fell silent"),
    "RemoteStart": ("noted", "The charger follows the remote start"),
    "StopAuthorized": ("noted", "The driver asked to stop"),
    "Deauthorized": ("refused", "The authorization was withdrawn"),
    "UnlockCommand": ("noted", "The connector was unlocked from here"),
    "ResetCommand": ("restarted", "The charger was told to restart"),
    "AbnormalCondition": ("fault", "The charger reports an abnormal condition"),
    "EnergyLimitReached": ("noted", "The limit of energy was reached"),
    "TimeLimitReached": ("noted", "The limit of time was reached"),
    "SoCLimitReached": ("noted", "The limit of the state of charge was reached"),
    "CostLimitReached": ("noted", "The limit of the cost was reached"),
    "ChargingRateChanged": ("noted", "The limit of power changed"),
    "TariffChanged": ("noted", "The tariff changed"),
    "LimitSet": ("noted", "The driver set a limit"),
    "OperationModeChanged": ("noted", "The mode of operation changed"),
}

# Connector status (1.6, 2.x) → kind of entry and template; Charging and Suspended are phases.
CONNECTOR_TEXTS = {
    "Preparing": ("plugged_in", "A vehicle was plugged in, or a card was shown"),
    "Occupied": ("plugged_in", "The vehicle was plugged in"),
    "Finishing": ("noted", "Charging is over, the cable is still in"),
    "Reserved": ("noted", "The connector is reserved"),
    "Unavailable": ("noted", "The connector is out of service"),
    "Faulted": ("fault", "The connector reported a fault"),
}

# Reason of StopTransaction (1.6), stoppedReason (2.x).
STOP_REASONS = {
    "Local": "Stopped at the station",
    "Remote": "Stopped remotely",
    "EVDisconnected": "The plug was pulled on the vehicle's side",
    "DeAuthorized": "The id token was not accepted",
    "EmergencyStop": "The emergency stop was pressed",
    "EnergyLimitReached": "The limit of energy was reached",
    "GroundFault": "Stopped by a ground fault",
    "OvercurrentFault": "Stopped by overcurrent",
    "HardReset": "Cut off by a hard reset",
    "SoftReset": "Ended by a soft reset",
    "ImmediateReset": "Cut off by a reset",
    "Reboot": "The charger restarted",
    "PowerLoss": "The charger lost its power",
    "PowerQuality": "Stopped because of the grid's quality",
    "LocalOutOfCredit": "No credit was left",
    "MasterPass": "Stopped by a master pass",
    "SOCLimitReached": "The limit of the state of charge was reached",
    "StoppedByEV": "Stopped by the vehicle",
    "TimeLimitReached": "The limit of time was reached",
    "CostLimitReached": "The limit of the cost was reached",
    "LimitSet": "A limit of the driver was reached",
    "Timeout": "No vehicle came in time",
    "UnlockCommand": "The connector was unlocked from here",
}
