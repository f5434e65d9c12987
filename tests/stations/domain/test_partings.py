"""How a socket ended."""

import pytest

from stations.domain.partings import Parting, parting_of


def ended(code=1000, ours=False, silent=False, cut=False):
    return parting_of(code=code, was_closed_by_us=ours, was_silent=silent, was_cut=cut)


@pytest.mark.parametrize(
    ("parting", "facts"),
    [
        (Parting.CHARGER, {"code": 1000}),
        (Parting.CHARGER, {"code": 1005}),
        (Parting.CUT, {"code": 1006}),
        (Parting.CUT, {"code": None}),
        (Parting.CUT, {"code": 1005, "cut": True}),
        (Parting.OURS, {"code": 1013, "ours": True}),
        (Parting.OURS, {"code": 1012}),
        (Parting.SILENT, {"code": 1005, "silent": True}),
    ],
)
def test_its_end_tells_whose_it_was(parting, facts):
    assert ended(**facts) is parting
