"""What is delivered for Prometheus and Grafana fits what the processes tell."""

import json
import re

import pytest
import yaml
from prometheus_client import REGISTRY

import config.requests  # noqa: F401 - with it all instruments are registered
from tests.architecture.tree import ROOT

DEPLOY = ROOT / "deploy"
DASHBOARD = DEPLOY / "grafana" / "dashboards" / "busbar.json"
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def expressions(source):
    if source == "dashboard":
        panels = json.loads(DASHBOARD.read_text())["panels"]
        return [target["expr"] for panel in panels for target in panel["targets"]]
    groups = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]
    return [rule["expr"] for group in groups for rule in group["rules"]]


def known():
    """The names of all series, and the labels that each may have."""
    labels = {}
    for collector in REGISTRY._collector_to_names:
        own = getattr(collector, "_labelnames", ())
        for name in REGISTRY._collector_to_names[collector]:
            labels[name] = {*own, "le"}
    return labels


@pytest.mark.parametrize("source", ["dashboard", "alerts"])
def test_every_metric_that_is_asked_for_exists(source):
    names = {name for expression in expressions(source) for name in re.findall(r"busbar_[a-z_]+", expression)}
    assert len(names) > 5
    assert names - known().keys() == set()


@pytest.mark.parametrize("source", ["dashboard", "alerts"])
def test_every_label_that_is_asked_for_exists(source):
    labels = known()
    for expression in expressions(source):
        asked = re.findall(r"([a-z]+)(?:!=|=~|=)\"", expression)
        asked += [name.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for name in group.split(",")]
        names = re.findall(r"busbar_[a-z_]+", expression)
        there = {"instance", "job"}.union(*(labels[name] for name in names))
        assert set(asked) <= there, expression


def test_every_metric_of_ours_is_on_the_dashboard():
    shown = " ".join(expressions("dashboard"))
    ours = {name for name in known() if name.startswith("busbar_")}
    families = {re.sub(r"_(total|bucket|count|sum|created)$", "", name) for name in ours}
    # Counted but not worth a curve.
    assert {name for name in families if name not in shown} <= {"busbar_lanes", "busbar_task_failures"}


def test_prometheus_asks_each_process_at_its_port():
    jobs = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
    asked = {(job["dns_sd_configs"][0]["names"][0], job["dns_sd_configs"][0]["port"]) for job in jobs}
    assert asked == {("edge", 9000), ("portal", 8000)}
    for service, port in asked:
        assert str(port) in COMPOSE["services"][service]["command"]


def test_what_the_monitoring_services_mount_is_there():
    for service in ("prometheus", "grafana"):
        assert COMPOSE["services"][service]["profiles"] == ["monitoring"]
        for mount in COMPOSE["services"][service]["volumes"]:
            source = mount.split(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).exists()


def test_the_proxy_publishes_no_metrics():
    caddyfile = (DEPLOY / "Caddyfile").read_text()
    assert "handle /metrics {\n\t\trespond 404\n\t}" in caddyfile
