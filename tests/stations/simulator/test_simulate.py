"""`manage.py simulate` as it is typed."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from .csms import ScriptedCsms

ROOT = Path(__file__).parents[3]


async def simulate(*options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "manage.py",
        "simulate",
        *options,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def test_it_runs_until_interrupted(csms: ScriptedCsms) -> None:
    process = await simulate("--chargers", "3", "--protocol", "all", "--url", csms.url, "--prefix", "LAB")
    booted = csms.wait_until(lambda: csms.actions.count("BootNotification") >= 3, timeout_s=120)
    ended = asyncio.create_task(process.wait())
    await asyncio.wait({asyncio.create_task(booted), ended}, return_when=asyncio.FIRST_COMPLETED)
    if not ended.done():
        process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 120)
    assert (process.returncode, err) == (0, b"")
    assert b"/3 connected" in out
    assert sorted(csms.paths) == ["/ocpp/LAB-0001", "/ocpp/LAB-0002", "/ocpp/LAB-0003"]
    assert {ScriptedCsms.version(socket) for socket in csms.connections} == {"1.6", "2.0.1", "2.1"}


def test_a_senseless_option_is_explained() -> None:
    with pytest.raises(CommandError, match="speed must be above zero"):
        call_command("simulate", speed=0)
