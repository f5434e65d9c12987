"""The tables of messages."""

import pytest

from stations.ocpp.router import Routes


def answer(context, request):
    return {}


def other_answer(context, request):
    return {"status": "Accepted"}


def test_two_functions_of_one_version_do_not_claim_the_same_message():
    routes = Routes()
    routes.handles("Authorize")(answer)
    with pytest.raises(ValueError, match="Authorize"):
        routes.handles("Authorize")(other_answer)


def test_a_later_version_replaces_what_it_inherits_and_leaves_the_earlier_one_alone():
    earlier = Routes()
    earlier.handles("Authorize")(answer)
    later = earlier.extended()
    later.handles("Authorize")(other_answer)
    assert (earlier.handlers["Authorize"], later.handlers["Authorize"]) == (answer, other_answer)
