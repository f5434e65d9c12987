"""What each check of the connection doctor is called, what its verdict means, and what to do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from drivers.formats import plain_number
from stations.domain.checks import Check, Finding, Verdict

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Words:
    """`good`: what a station that passes shows. `advice`: what to do where it does not."""

    label: Text
    good: Text
    bad: Text
    advice: Text
    unknown: Text = ""


WORDS = {
    Check.CONNECTED: Words(
        gettext_lazy("Connection"),
        gettext_lazy("The station has an open socket."),
        gettext_lazy("The station is not connected."),
        gettext_lazy(
            "Check its power and its internet connection, then the address and the password entered in it. If it does"
            " knock and is turned away, the reason stands under Refused connections."
        ),
    ),
    Check.BOOT: Words(
        gettext_lazy("Registration message"),
        gettext_lazy("The station has said who it is (BootNotification)."),
        gettext_lazy("The station has never said who it is (BootNotification)."),
        gettext_lazy("Restart it. If it still does not, its firmware is not fit for OCPP; ask its vendor."),
    ),
    Check.REGISTRATION: Words(
        gettext_lazy("Registration"),
        gettext_lazy("The station is accepted."),
        gettext_lazy("The station is %(registration)s: it may not charge anybody."),
        gettext_lazy("Accept it where it waits, or leave it if it is none of yours."),
    ),
    Check.IDENTITY: Words(
        gettext_lazy("Identity"),
        gettext_lazy("One charger uses this identity."),
        gettext_lazy("Two chargers use this identity and throw each other out."),
        gettext_lazy(
            "Give one of them an identity of its own; their addresses and serial numbers stand on the station's page."
        ),
    ),
    Check.PASSWORD: Words(
        gettext_lazy("Password"),
        gettext_lazy("The station proves who it is."),
        gettext_lazy("Anybody who knows the identity, or the password all newcomers share, can pose as this station."),
        gettext_lazy("Give it security profile 1 or higher, and a password of its own (Rotate password)."),
    ),
    Check.ENCRYPTION: Words(
        gettext_lazy("Encryption"),
        gettext_lazy("The connection is encrypted. %(tls)s"),
        gettext_lazy("The connection is not encrypted, or by an outdated version of TLS. %(tls)s"),
        gettext_lazy("Enter a wss:// address in the charger and raise its security profile to 2."),
    ),
    Check.PROTOCOL: Words(
        gettext_lazy("Protocol"),
        gettext_lazy("It speaks %(protocol)s."),
        gettext_lazy("It offers no version spoken here."),
        gettext_lazy("–"),
    ),
    Check.CLOCK: Words(
        gettext_lazy("Clock"),
        gettext_lazy("Its clock is right (%(offset)s s)."),
        gettext_lazy("Its clock is off by %(offset)s s."),
        gettext_lazy(
            "Chargers take the time from our answers: restart it. If it stays wrong, set its time zone to UTC or its"
            " time server in its own settings."
        ),
    ),
    Check.HEARTBEAT: Words(
        gettext_lazy("Heartbeat"),
        gettext_lazy("It comes every %(measured)s s; %(interval)s s were asked for."),
        gettext_lazy("It comes every %(measured)s s, though %(interval)s s were asked for."),
        gettext_lazy(
            "Set HeartbeatInterval in its configuration. A setting of its own may override the one we give at boot."
        ),
        gettext_lazy("No two heartbeats since it connected; every %(interval)s s were asked for."),
    ),
    Check.CONFIGURATION: Words(
        gettext_lazy("Configuration"),
        gettext_lazy("It tells its configuration when asked."),
        gettext_lazy("It does not tell its configuration when asked."),
        gettext_lazy(
            "Look at its answer under Commands. Some firmware cannot answer for all values at once; ask for fewer."
        ),
        gettext_lazy("Nobody has asked since it connected: run the checks."),
    ),
    Check.TRIGGER: Words(
        gettext_lazy("Remote trigger"),
        gettext_lazy("It sends a message when triggered."),
        gettext_lazy("It does not send a message when triggered."),
        gettext_lazy(
            "OCPP 1.6 leaves RemoteTrigger open to chargers. Without it statuses are known only after a restart."
        ),
        gettext_lazy("Nobody has asked since it connected: run the checks."),
    ),
    Check.LATENCY: Words(
        gettext_lazy("Answer time"),
        gettext_lazy("It answers within %(seconds)s s."),
        gettext_lazy("It takes %(seconds)s s to answer."),
        gettext_lazy("Look at its mobile signal, and at what else goes through its connection."),
        gettext_lazy("No command was answered since it connected: run the checks."),
    ),
    Check.RECONNECTS: Words(
        gettext_lazy("Stability"),
        gettext_lazy("Connections in the last hour: %(count)s."),
        gettext_lazy("It keeps losing its connection. Connections in the last hour: %(count)s."),
        gettext_lazy("Look at its signal, its router's time-outs, and its WebSocket ping interval (60 s is good)."),
    ),
    Check.CONNECTORS: Words(
        gettext_lazy("Connectors"),
        gettext_lazy("The status of all %(count)s connectors is known."),
        gettext_lazy("%(unknown)s of %(count)s connectors have told no status."),
        gettext_lazy("Ask for StatusNotification (Ask for a message), or restart the station."),
    ),
    Check.METERING: Words(
        gettext_lazy("Meter values"),
        gettext_lazy("Its last session was metered every %(measured)s s."),
        gettext_lazy("Its last session was metered every %(measured)s s; %(interval)s s are configured."),
        gettext_lazy(
            "Set MeterValueSampleInterval (1.6) or SampledDataCtrlr.TxUpdatedInterval (2.x) to 60, and the measurands."
        ),
        gettext_lazy("No session in the last week."),
    ),
    Check.SESSIONS: Words(
        gettext_lazy("Sessions"),
        gettext_lazy("None of %(count)s sessions in the last week was odd."),
        gettext_lazy("%(odd)s of %(count)s sessions in the last week were odd."),
        gettext_lazy("Open them: each says what was odd."),
        gettext_lazy("No session in the last week."),
    ),
}


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in words. `advice` is empty where all is well."""

    check: Check
    verdict: Verdict
    title: str
    meaning: str
    advice: str


def told(finding: Finding) -> Told:
    """A finding as people read it."""
    words = WORDS[finding.check]
    by_verdict = {Verdict.OK: words.good, Verdict.UNKNOWN: words.unknown or _("Nothing is known of it yet.")}
    meaning = str(by_verdict.get(finding.verdict, words.bad))
    figures = {name: _written(value) for name, value in finding.figures.items()}
    if "protocol" in figures:
        figures["protocol"] = str(figures["protocol"]).replace("ocpp", "OCPP ")
    if finding.check == Check.ENCRYPTION:
        figures = {"tls": str(finding.figures.get("tls") or "")}
    advice = str(words.advice) if finding.verdict in (Verdict.WARN, Verdict.BAD) else ""
    return Told(finding.check, finding.verdict, str(words.label), (meaning % figures).strip(), advice)


def _written(figure: str | float | None) -> str:
    if figure is None:
        return _("unknown")
    return figure if isinstance(figure, str) else plain_number(figure)
