"""Signal strength by vendors' names."""

import pytest

from monitoring.domain.signal import dbm_of


@pytest.mark.parametrize(
    ("dbm", "name", "value"),
    [
        (-71.0, "SignalStrength", "-71 dBm"),
        (-91.0, "CSQ", "11"),
        (-113.0, "RSSI", "0"),
        (None, "CSQ", "99"),
        (None, "SignalStrength", "80 %"),
        (None, "RSRP", "good"),
        (None, "RSSI", "-999"),
    ],
)
def test_only_what_has_a_known_scale_counts(dbm, name, value):
    assert dbm_of(name, value) == dbm
