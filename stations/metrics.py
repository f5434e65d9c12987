"""What a process counts and measures for Prometheus; `monitoring.metrics` shows it. Labels have few values, always.

Whatever happens once per message is counted in a `Tally` and told here once per batch, after its commit: a batch that
is run again counts once.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from prometheus_client import Counter, Gauge, Histogram

from stations import links

# From a millisecond to the time after which a lane gives up.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 60)

# The label of an action that no version knows: chargers invent names, and each would be a series of its own.
OTHER = "other"

CONNECTED = Gauge("busbar_connected_chargers", "Chargers connected to this process.", ["protocol"])
MESSAGES = Counter(
    "busbar_messages", "CALLs and SENDs of chargers: ok, or the error they were answered with.", ["action", "result"]
)
LANE_BATCH_SIZE = Histogram("busbar_lane_batch_jobs", "Jobs in a batch.", buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256))
LANE_WAIT = Histogram("busbar_lane_wait_seconds", "How long a batch's first job waited for the lane.", buckets=SECONDS)
LANE_BATCH = Histogram("busbar_lane_batch_seconds", "From the begin of a batch to its commit.", buckets=SECONDS)
LANE_COMMIT = Histogram("busbar_lane_commit_seconds", "The COMMIT of a batch alone.", buckets=SECONDS)
LANES = Gauge("busbar_lanes", "Lanes of this process.")
LANES_FAILING = Gauge("busbar_lanes_failing", "Lanes of this process that cannot commit now.")
JOBS_WAITING = Gauge("busbar_lane_jobs_waiting", "Jobs waiting for the lanes of this process.")
COMMANDS = Histogram(
    "busbar_command_seconds",
    "Commands by kind: sending is from request to CALL, answering from CALL to the charger's answer.",
    ["kind", "stage"],
    buckets=SECONDS,
)
WAITING = Gauge("busbar_waiting_requests", "REST requests that wait for the outcome of a command.")
RECORDER_STOPPED = Gauge(
    "busbar_recorder_stopped", "1 while a lane keeps no frames, since the database has no room for them.", ["lane"]
)
WARNINGS = Gauge("busbar_warnings", "What is wrong with this process and keeps it from no work; /readyz says what.")


@dataclass(slots=True)
class Tally:
    """What a batch counts: messages by (action, result), and the seconds of commands by (kind, stage)."""

    messages: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    commands: list[tuple[str, str, float]] = field(default_factory=list)
    # By station, seconds from the writing of a message to its receipt.
    delays: list[tuple[int, float]] = field(default_factory=list)

    def publish(self) -> None:
        """Tell Prometheus. Call it after the commit."""
        for (action, result), count in self.messages.items():
            MESSAGES.labels(action, result).inc(count)
        for kind, stage, seconds in self.commands:
            COMMANDS.labels(kind, stage).observe(seconds)
        links.note_delays(self.delays)


def note_batch(*, jobs: int, waited_s: float, took_s: float, commit_s: float) -> None:
    """A lane has committed a batch."""
    LANE_BATCH_SIZE.observe(jobs)
    LANE_WAIT.observe(waited_s)
    LANE_BATCH.observe(took_s)
    LANE_COMMIT.observe(commit_s)
