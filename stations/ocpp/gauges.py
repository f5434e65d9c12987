"""What a process with chargers holds at the moment it is asked: read then, so that keeping count costs nothing."""

from collections import Counter

from stations import metrics
from stations.ocpp import edge
from stations.ocpp.protocols import SPOKEN


def read() -> None:
    """Set the gauges of `stations.metrics`. Call it on the event loop of the edge."""
    edges = edge.running()
    connected = Counter(session.protocol.name for edge in edges for session in edge.sessions.values())
    for protocol in SPOKEN:
        metrics.CONNECTED.labels(protocol.name).set(connected[protocol.name])
    lanes = [lane for edge in edges for lane in edge.lanes]
    metrics.LANES.set(len(lanes))
    metrics.LANES_FAILING.set(sum(1 for lane in lanes if lane.failing_since or not lane.alive))
    metrics.JOBS_WAITING.set(sum(lane.waiting for lane in lanes))
    for lane in lanes:
        metrics.RECORDER_STOPPED.labels(lane.name).set(lane.recorder.is_stopped)
    metrics.WARNINGS.set(len(edge.warnings()))
