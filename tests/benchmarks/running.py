"""A benchmark run to its end as its users run it."""

import json
import os
import signal
import subprocess
import sys

from tests.architecture.tree import ROOT

PATIENCE_S = 420


def report_of(directory, name, *options, **environment):
    """What it reports; its files are in `directory`."""
    report, log = directory / "report.json", directory / "log"
    command = [sys.executable, "-m", "benchmarks", name, *options, f"--json={report}"]
    # Not a pipe, which ends only with the last process that has it: a worker may outlive its parent.
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | environment, stdout=output, stderr=output, start_new_session=True
        )
        try:
            code = process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            # Its servers and workers too.
            os.killpg(process.pid, signal.SIGKILL)
            code = process.wait()
    assert code == 0, log.read_text()
    return json.loads(report.read_text())
