"""The demo network's status page while its past is still being written."""

import threading

import pytest
from django.urls import reverse

from monitoring.services.demo import past
from stations.services.demo.seed import seed


@pytest.mark.django_db
def test_the_status_page_is_there_before_the_past_is_written(client):
    past.begin(organization=seed(), stop=threading.Event())
    assert client.get(reverse("monitoring:status-network", args=["demo-network"])).status_code == 200
