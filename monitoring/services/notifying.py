"""One round of telling people: news, steps of escalations, digests, and then all that waits is sent."""

from monitoring.services import digests, escalation, fanout, sending


def tell() -> int:
    """Returns how many messages were dealt with. Any number of these may run at once."""
    while fanout.tell_entries() >= fanout.CHUNK:
        pass
    escalation.sweep()
    digests.make()
    return sending.deliver()
