"""What each check of the connection doctor is called, what its verdict means, and what to do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

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
        lazy("Connection"),
        lazy("The station has an open socket."),
        lazy("The station is not connected."),
        lazy(
            "Check its power and its internet connection, then the address and the password entered in it. If it does"
            " knock and is turned away, the reason stands under Refused connections."
        ),
    ),
    Check.BOOT: Words(
        lazy("Registration message"),
        lazy("The station has said who it is (BootNotification)."),
        lazy("The station has never said who it is (BootNotification)."),
        lazy("Restart it. If it still does not, its firmware is not fit for OCPP; ask its vendor."),
    ),
    Check.REGISTRATION: Words(
        lazy("Registration"),
        lazy("The station is accepted."),
        lazy("The station is %(registration)s: it may not charge anybody."),
        lazy("Accept it where it waits, or leave it if it is none of yours."),
    ),
    Check.IDENTITY: Words(
        lazy("Identity"),
        lazy("One charger uses this identity."),
        lazy("Two chargers use this identity and throw each other out."),
        lazy(
            "Give one of them an identity of its own; their addresses and serial numbers stand on the station's page."
        ),
    ),
    Check.PASSWORD: Words(
        lazy("Password"),
        lazy("The station proves who it is."),
        lazy("Anybody who knows the identity, or the password all newcomers share, can pose as this station."),
        lazy("Give it security profile 1 or higher, and a password of its own (Rotate password)."),
    ),
    Check.ENCRYPTION: Words(
        lazy("Encryption"),
        lazy("The connection is encrypted. %(tls)s"),
        lazy("The connection is not encrypted, or by an outdated version of TLS. %(tls)s"),
        lazy("Enter a wss:// address in the charger and raise its security profile to 2."),
    ),
    Check.PROTOCOL: Words(
        lazy("Protocol"), lazy("It speaks %(protocol)s."), lazy("It offers no version spoken here."), lazy("–")
    ),
    Check.CLOCK: Words(
        lazy("Clock"),
        lazy("Its clock is right (%(offset)s s)."),
        lazy("Its clock is off by %(offset)s s."),
        lazy(
            "Chargers take the time from our answers: restart it. If it stays wrong, set its time zone to UTC or its"
            " time server in its own settings."
        ),
    ),
    Check.HEARTBEAT: Words(
        lazy("Heartbeat"),
        lazy("It comes every %(measured)s s; %(interval)s s were asked for."),
        lazy("It comes every %(measured)s s, though %(interval)s s were asked for."),
        lazy("Set HeartbeatInterval in its configuration. A setting of its own may override the one we give at boot."),
        lazy("No two heartbeats since it connected; every %(interval)s s were asked for."),
    ),
    Check.CONFIGURATION: Words(
        lazy("Configuration"),
        lazy("It tells its configuration when asked."),
        lazy("It does not tell its configuration when asked."),
        lazy("Look at its answer under Commands. Some firmware cannot answer for all values at once; ask for fewer."),
        lazy("Nobody has asked since it connected: run the checks."),
    ),
    Check.TRIGGER: Words(
        lazy("Remote trigger"),
        lazy("It sends a message when triggered."),
        lazy("It does not send a message when triggered."),
        lazy("OCPP 1.6 leaves RemoteTrigger open to chargers. Without it statuses are known only after a restart."),
        lazy("Nobody has asked since it connected: run the checks."),
    ),
    Check.LATENCY: Words(
        lazy("Answer time"),
        lazy("It answers within %(seconds)s s."),
        lazy("It takes %(seconds)s s to answer."),
        lazy("Look at its mobile signal, and at what else goes through its connection."),
        lazy("No command was answered since it connected: run the checks."),
    ),
    Check.RECONNECTS: Words(
        lazy("Stability"),
        lazy("Connections in the last hour: %(count)s."),
        lazy("It keeps losing its connection. Connections in the last hour: %(count)s."),
        lazy("Look at its signal, its router's time-outs, and its WebSocket ping interval (60 s is good)."),
    ),
    Check.CONNECTORS: Words(
        lazy("Connectors"),
        lazy("The status of all %(count)s connectors is known."),
        lazy("%(unknown)s of %(count)s connectors have told no status."),
        lazy("Ask for StatusNotification (Ask for a message), or restart the station."),
    ),
    Check.METERING: Words(
        lazy("Meter values"),
        lazy("Its last session was metered every %(measured)s s."),
        lazy("Its last session was metered every %(measured)s s; %(interval)s s are configured."),
        lazy(
            "Set MeterValueSampleInterval (1.6) or SampledDataCtrlr.TxUpdatedInterval (2.x) to 60, and the measurands."
        ),
        lazy("No session in the last week."),
    ),
    Check.SESSIONS: Words(
        lazy("Sessions"),
        lazy("None of %(count)s sessions in the last week was odd."),
        lazy("%(odd)s of %(count)s sessions in the last week were odd."),
        lazy("Open them: each says what was odd."),
        lazy("No session in the last week."),
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
    figures = {name: _("unknown") if value is None else value for name, value in finding.figures.items()}
    if "protocol" in figures:
        figures["protocol"] = str(figures["protocol"]).replace("ocpp", "OCPP ")
    if finding.check == Check.ENCRYPTION:
        figures = {"tls": finding.figures.get("tls") or ""}
    advice = str(words.advice) if finding.verdict in (Verdict.WARN, Verdict.BAD) else ""
    return Told(finding.check, finding.verdict, str(words.label), (meaning % figures).strip(), advice)
