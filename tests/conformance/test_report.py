"""docs/conformance.md says what is so."""

from tests.conformance import report


def test_every_case_has_a_test_or_a_reason():
    assert report.problems() == []


def test_the_page_is_up_to_date():
    assert report.PAGE.read_text() == report.render(), "make conformance"


def test_a_case_is_found_by_the_name_of_its_test():
    known = report.cases("ocpp1.6")
    assert report.case_of("ocpp1.6", "test_tc_004_2_identification_first", known) == "TC_004_2"
    assert report.case_of("ocpp1.6", "test_tc_057_2_more_of_it", known) == "TC_057"
    assert report.case_of("ocpp2.0.1", "test_tc_h_01_reserve", {}) == "TC_H_01"
    assert report.case_of("ocpp2.1", "test_k28_dynamic_profile", {}) == "K28"
    assert report.case_of("ocpp2.1", "test_something_else", {}) == ""
