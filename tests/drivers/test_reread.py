"""Sentences in rows, read in German."""

import pytest
from django.utils import translation

from drivers.reread import reread


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("The charger did not answer in time.", "Die Ladestation antwortete nicht rechtzeitig."),
        ("The station answered VersionMismatch.", "Die Ladestation antwortete VersionMismatch."),
        (
            "The charger answered Rejected. EVSE 1 had said Faulted",
            "Die Ladestation antwortete Rejected. Ladepunkt 1 hatte Faulted gemeldet",
        ),
        ("Motor protection switch tripped", "Motor protection switch tripped"),
        ("", ""),
    ],
)
def test_what_was_kept_in_english_is_read_in_german(kept, said):
    with translation.override("de"):
        assert reread(kept) == said
    assert reread(kept) == kept


def test_a_sentence_within_a_sentence_is_read_too():
    kept = "The provider of contract certificates failed: Only http and https addresses are asked."
    with translation.override("de"):
        assert reread(kept).endswith("gescheitert: Es werden nur Adressen mit http und https gefragt.")
