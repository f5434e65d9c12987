"""`python -m tests.clock FILE PROGRAM ...`: a Python program whose wall clock is off by the seconds that FILE holds.

FILE is read several times a second, so that the clock of a running process jumps when it changes. The clock that only
runs forward stays as it is, as when a person or NTP sets a machine's clock. libfaketime would move that one too by its
defaults, and has to be installed; what runs here is all Python.
"""

import os
import runpy
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

LOOK_EVERY_S = 0.1


def follow(path):
    """Keep this process's clock off by what the file says."""
    begin, began = datetime.now(UTC), time.monotonic()
    shift, travel = 0.0, None
    while True:
        wanted = float(path.read_text() or shift) if path.exists() else 0.0
        if wanted != shift:
            if travel is not None:
                travel.stop()
            shift = wanted
            real = begin + timedelta(seconds=time.monotonic() - began)
            travel = time_machine.travel(real + timedelta(seconds=shift), tick=True)
            travel.start()
        time.sleep(LOOK_EVERY_S)


def main():
    path, program, *arguments = sys.argv[1:]

    def start():
        threading.Thread(target=follow, args=(Path(path),), daemon=True).start()

    start()
    # A fork has no threads but its own.
    os.register_at_fork(after_in_child=start)
    if arguments[:1] == ["-m"] and Path(program).name.startswith("python"):
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = [program, *arguments]
        runpy.run_path(program, run_name="__main__")


if __name__ == "__main__":
    main()
