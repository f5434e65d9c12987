"""Where vehicles get their contract certificates, and stations those they show to vehicles (ISO 15118).

A provider is a class with the methods of `Provider`; the setting CONTRACT_CERTIFICATES names it.
"""

import base64
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from django.conf import settings
from django.utils.module_loading import import_string

from drivers.domain.phrases import english
from stations.gateways.outward import Unreachable, fetch


@dataclass(frozen=True, slots=True)
class Wanted:
    """A vehicle's request, as its station forwards it (OCPP 2.0.1 M01, M02). `exi`: base64 of the raw message."""

    schema_version: str
    action: str
    exi: str
    most_chains: int | None = None
    prioritized_emaids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The raw answer for the vehicle in base64; empty with a `problem` for a person where there is none.

    `remaining`: further contracts that the vehicle can ask for (OCPP 2.1), where the provider says.
    """

    exi: str = ""
    problem: str = ""
    remaining: int | None = None


class Provider(Protocol):
    """A service that knows the mobility operators' contracts. Its methods block, and end within ten seconds."""

    signs: bool
    """Whether it also signs what stations show to vehicles; else this installation's own V2G root does."""

    def contract_certificate(self, wanted: Wanted) -> Answer:
        """The contract certificates for a vehicle. Tells failures in the answer."""

    def sign(self, signing_request: str) -> str:
        """The PEM chain, leaf first and without root, for a station's PEM signing request. Raises Unreachable."""


class NoProvider:
    """Vehicles get no contract certificates here."""

    signs = False

    def contract_certificate(self, wanted: Wanted) -> Answer:
        return Answer(problem=english("No provider of contract certificates is set up."))

    def sign(self, signing_request: str) -> str:
        raise Unreachable(english("No provider of certificates is set up."))


class HttpProvider:
    """A service that takes JSON at CONTRACT_CERTIFICATES_URL.

    POST `<url>/contract-certificate` {schemaVersion, action, exiRequest, maximumContractCertificateChains?,
    prioritizedEMAIDs?} is answered with {exiResponse, remainingContracts?}, POST `<url>/sign` {csr} with {chain}.
    """

    signs = True

    def contract_certificate(self, wanted: Wanted) -> Answer:
        body: dict[str, Any] = {
            "schemaVersion": wanted.schema_version,
            "action": wanted.action,
            "exiRequest": wanted.exi,
        }
        if wanted.most_chains is not None:
            body["maximumContractCertificateChains"] = wanted.most_chains
        if wanted.prioritized_emaids:
            body["prioritizedEMAIDs"] = list(wanted.prioritized_emaids)
        try:
            answer = self._post("contract-certificate", body)
            exi = answer["exiResponse"]
            if not base64.b64decode(exi, validate=True):
                raise ValueError(english("the answer for the vehicle is empty"))
        except (Unreachable, ValueError, KeyError, TypeError) as error:
            return Answer(problem=english("The provider of contract certificates failed: %(error)s", error=error))
        remaining = answer.get("remainingContracts")
        return Answer(exi, remaining=remaining if isinstance(remaining, int) else None)

    def sign(self, signing_request: str) -> str:
        try:
            return str(self._post("sign", {"csr": signing_request})["chain"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unreachable(english("The provider's answer makes no sense: %(error)s", error=error)) from error

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if settings.CONTRACT_CERTIFICATES_TOKEN:
            headers["Authorization"] = f"Bearer {settings.CONTRACT_CERTIFICATES_TOKEN}"
        url = f"{settings.CONTRACT_CERTIFICATES_URL.rstrip('/')}/{path}"
        found = orjson.loads(fetch(url, body=orjson.dumps(body), headers=headers, is_ours=True))
        if not isinstance(found, dict):
            raise Unreachable(english("The provider's answer is no JSON object."))
        return found


def provider() -> Provider:
    """The provider that the settings name."""
    made: Provider = import_string(settings.CONTRACT_CERTIFICATES)()
    return made
