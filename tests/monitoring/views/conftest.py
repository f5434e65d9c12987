import pytest
from django.core.cache import cache
from django.test import Client


@pytest.fixture(autouse=True)
def _empty_cache():
    cache.clear()


@pytest.fixture
def browser(client):
    """`browser(person)` is a client signed in as them."""

    def signed_in(person) -> Client:
        client.force_login(person)
        return client

    return signed_in
