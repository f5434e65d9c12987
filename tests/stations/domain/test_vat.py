"""VAT numbers by their country's pattern."""

import pytest

from stations.domain.vat import is_well_formed


@pytest.mark.parametrize(
    "number",
    ["DE123456789", "de 123 456 789", "ATU12345678", "NL123456789B01", "FR-XX123456789", "EL123456789", "IE1234567WA"],
)
def test_a_number_that_fits_its_country(number):
    assert is_well_formed(number)


@pytest.mark.parametrize("number", ["", "DE", "DE12345678", "123456789", "ZZ123456789", "GR123456789", "DE123456789X"])
def test_a_number_that_does_not(number):
    assert not is_well_formed(number)
