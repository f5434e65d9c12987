"""A benchmark run to its end as its users run it."""

import json
import os
import subprocess
import sys

from tests.architecture.tree import ROOT


def report_of(directory, name, *options, **environment):
    """What it reports; its files are in `directory`."""
    report, log = directory / "report.json", directory / "log"
    command = [sys.executable, "-m", "benchmarks", name, *options, f"--json={report}"]
    # Not a pipe, which ends only with the last process that has it: a worker may outlive its parent.
    with log.open("w") as output:
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=output, check=False, timeout=420
        )
    assert done.returncode == 0, log.read_text()
    return json.loads(report.read_text())
