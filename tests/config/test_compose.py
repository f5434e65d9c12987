"""The several-process shape names processes that start: every command line is read by its own program."""

import re
import shlex
from ipaddress import ip_address, ip_network

import pytest
import yaml
from celery.bin.celery import celery
from daphne.cli import CommandLineInterface
from django.conf import settings

from config import edge
from stations.consumers.client import TLS_CIPHER_HEADER, TLS_VERSION_HEADER
from stations.ocpp.edge import CLOSED_S
from stations.ocpp.lanes import OUTAGE_LIMIT_S
from stations.ocpp.session import LEAVE_S
from tests.architecture.tree import ROOT

CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES, NETWORK = COMPOSE["services"], COMPOSE["networks"]["default"]


def command(service):
    """Program and arguments."""
    program, *arguments = shlex.split(SERVICES[service]["command"])
    return program, arguments


def test_everything_the_design_names_is_there():
    assert set(SERVICES) >= {"postgres", "redis", "portal", "edge", "worker", "beat", "proxy"}
    assert (SERVICES["postgres"]["image"], SERVICES["redis"]["image"]) == ("postgres:16", "redis:7")


def test_the_portal_runs_on_daphne_and_never_cuts_a_socket():
    program, arguments = command("portal")
    options = CommandLineInterface().parser.parse_args(arguments)
    assert (program, options.application, options.websocket_timeout) == (
        "daphne",
        "config.asgi:application",
        -1,
    )


def test_the_edge_is_its_own_program_where_the_proxy_looks_for_it():
    program, (flag, module, *arguments) = command("edge")
    options = edge.parser().parse_args(arguments)
    assert (program, flag, module, options.host) == ("python", "-m", "config.edge", "0.0.0.0")
    assert f"name edge\n\t\tport {options.port}\n" in CADDYFILE


def test_any_number_of_edges_may_run_beside_each_other():
    service = SERVICES["edge"]
    assert not {"ports", "container_name", "networks"} & set(service)
    # Published ports stay with the proxy, and its own address lies outside of what the others get.
    subnet, others = (ip_network(NETWORK["ipam"]["config"][0][name]) for name in ("subnet", "ip_range"))
    proxy = ip_address(SERVICES["proxy"]["networks"]["default"]["ipv4_address"])
    assert proxy in subnet
    assert proxy not in others


def test_an_edge_has_the_time_it_may_need_to_take_leave_of_its_chargers():
    service = SERVICES["edge"]
    written = (service["environment"]["EDGE_DRAIN_SECONDS"], service["stop_grace_period"])
    drain_s, grace_s = (int(re.search(r":-(\d+)\}", value).group(1)) for value in written)
    assert drain_s == settings.EDGE_DRAIN_SECONDS
    assert grace_s >= drain_s + LEAVE_S + CLOSED_S + OUTAGE_LIMIT_S


def test_only_the_proxy_is_believed():
    believed = SERVICES["edge"]["environment"]["TRUSTED_PROXIES"]
    assert believed == SERVICES["proxy"]["networks"]["default"]["ipv4_address"]


@pytest.mark.parametrize("service", ["worker", "beat"])
def test_worker_and_beat_are_commands_of_celery(service):
    program, (flag, application, name, *options) = command(service)
    assert (program, flag, application, name) == ("celery", "-A", "config", service)
    assert set(known_options(name)) >= flags(options)


def known_options(name):
    return [flag for parameter in celery.commands[name].params for flag in parameter.opts]


def flags(options):
    return {option.split("=")[0] for option in options if option.startswith("--")}


def test_chargers_and_browsers_reach_their_own_process_through_the_proxy():
    for way in ("edge-plain", "edge-tls", "edge-certificate"):
        assert f"handle /ocpp/* {{\n\t\timport {way}\n\t}}" in CADDYFILE
    assert CADDYFILE.count("reverse_proxy {\n\t\timport edges\n") == 3
    assert "reverse_proxy portal:8000" in CADDYFILE


@pytest.mark.parametrize("header", [settings.CLIENT_CERTIFICATE_HEADER, TLS_VERSION_HEADER, TLS_CIPHER_HEADER])
def test_no_way_to_the_edge_lets_a_header_of_the_proxys_through_from_outside(header):
    ways = re.findall(r"reverse_proxy \{\n\t\timport edges\n(.*?)\n\t\}", CADDYFILE, re.DOTALL)
    assert len(ways) == 3
    for way in ways:
        assert re.search(rf"header_up (-{header}$|{header} \{{http\.request\.tls\.)", way, re.MULTILINE)


def test_a_certificate_is_asked_for_only_where_its_header_is_set():
    sites = re.findall(r"^[^\s(#][^\n]* \{\n.*?^\}", CADDYFILE, re.DOTALL | re.MULTILINE)
    assert len(sites) == 3
    assert [("client_auth" in site, "edge-certificate" in site) for site in sites] == [
        (False, False),
        (True, True),
        (False, False),
    ]
