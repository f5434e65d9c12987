"""The several-process shape names processes that start: every command line is read by its own program."""

import shlex

import pytest
import yaml
from celery.bin.celery import celery
from daphne.cli import CommandLineInterface
from uvicorn.main import main as uvicorn_command

from tests.architecture.tree import ROOT

SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


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


def test_the_edge_runs_on_a_server_that_can_refuse_a_handshake_with_a_status():
    program, arguments = command("edge")
    options = uvicorn_command.make_context("uvicorn", arguments).params
    assert (program, options["app"], options["ws"]) == ("uvicorn", "config.asgi:application", "websockets-sansio")
    assert not options["ws_per_message_deflate"]


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
    caddyfile = (ROOT / "deploy" / "Caddyfile").read_text()
    assert caddyfile.count("handle /ocpp/* {\n\t\timport edge\n\t}") == 2
    assert "reverse_proxy edge:9000" in caddyfile
    assert "reverse_proxy portal:8000" in caddyfile
