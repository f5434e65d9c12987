"""The demo network has been warm for weeks; the one charger that grew hot is found by the rule, and no other."""

import threading

import pytest
from django.utils import timezone

from monitoring.rules.base import Scope, defaults, rules
from monitoring.services.demo import temperatures
from stations.models import Station
from stations.services.demo.seed import seed


@pytest.mark.django_db
def test_the_one_that_grew_hot_is_found():
    organization = seed()
    assert temperatures.make(organization, threading.Event()) == temperatures.DAYS * Station.objects.count()
    assert temperatures.make(organization, threading.Event()) == 0
    rule = rules()["early_signs"]
    found = rule.findings(Scope(Station.objects.all(), defaults(rule)), now=timezone.now())
    assert [finding.said.params["station"] for finding in found] == [temperatures.HOT]
