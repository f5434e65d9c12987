"""The cache while Redis is away: it knows nothing, and nobody fails of it."""

import pytest

from config.cache import ForgetfulRedisCache
from tests.services import free_port


@pytest.fixture
def away():
    return ForgetfulRedisCache(f"redis://127.0.0.1:{free_port()}", {})


def test_what_is_asked_of_it_is_not_known(away):
    away.set("key", "value")
    assert away.get("key") is None
    assert away.get("key", "else") == "else"
    assert away.delete("key") is False


def test_what_is_computed_once_for_all_is_computed_each_time(away):
    assert away.get_or_set("key", lambda: 42) == 42


def test_whoever_asks_to_be_the_first_is(away):
    assert away.add("key", "value") is True
