"""The rules as a whole: found by walking the package, said in words, told of in docs/alerts.md."""

import re
from pathlib import Path

import pytest
from django.utils import translation

from monitoring.rules.base import rules
from stations import journal

# By what a first step is said: what to do, or the page that tells it.
STEPS = re.compile(r"\b(look|check|renew|restart|reset|compare|correct|run|see|read|have|order|page)\b", re.IGNORECASE)
DOCS = Path(__file__).parents[3] / "docs" / "alerts.md"


def test_the_manual_tells_of_every_rule_and_of_no_other():
    told = re.findall(r"^\| `(\w+)` \|", DOCS.read_text(), re.MULTILINE)
    assert sorted(told) == sorted(rules())


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.name)
def test_a_rule_says_what_it_is_in_every_language(rule):
    assert len(rule.name) <= 40
    for text in (rule.title, rule.about, *(threshold.label for threshold in rule.settable)):
        with translation.override("de"):
            german = str(text)
        assert german
        assert str(text)


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.name)
def test_a_rule_says_what_to_do_first(rule):
    assert STEPS.search(str(rule.about))


@pytest.mark.parametrize("rule", rules().values(), ids=lambda rule: rule.name)
def test_what_a_rule_listens_to_is_delivered(rule):
    path = "monitoring.subscribers.alerting.on_facts"
    assert all(path in journal._registry[kind] for kind in rule.facts)
