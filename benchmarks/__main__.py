"""`python -m benchmarks NAME [options]` runs one benchmark, `python -m benchmarks all` all of them.

A benchmark is a module of this package with two functions: `add_options(parser)`, and `measure(options)`, which returns
a `Report`. What stands last on stdout is the report as one line of JSON; `--json FILE` writes it there instead. Goals
that are not reached are shown, and are no failure: a slower machine is no defect.
"""

import argparse
import importlib
import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# In the order in which `all` runs them.
BENCHMARKS = (
    *("ingest", "embedded", "connections", "storm", "commands", "alerts", "facts", "portal", "uptime", "status_page"),
    "success",
)


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name == "all":
        return run_all(sys.argv[2:])
    if name not in BENCHMARKS:
        print(f"Which benchmark? One of {', '.join(BENCHMARKS)}, or all.", file=sys.stderr)
        return 2
    # The benchmarks' own database is made beside this one.
    os.environ.setdefault("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/busbar")
    # Whatever the environment says: tests have settings of their own, with other keys.
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    module = importlib.import_module(f"benchmarks.{name}")
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks {name}", description=module.__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the report goes as JSON, instead of stdout")
    module.add_options(parser)
    options = parser.parse_args(sys.argv[2:])
    report = module.measure(options)
    print(report.table())
    if options.json is None:
        print(report.json())
    else:
        options.json.write_text(report.json() + "\n")
    return 0


def run_all(options: list[str]) -> int:
    """Each in a process of its own, one after the other; the options go to all of them."""
    failed = []
    for name in [name for name in BENCHMARKS if (ROOT / "benchmarks" / f"{name}.py").exists()]:
        began = time.monotonic()
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", "benchmarks", name, *options], cwd=ROOT, check=False).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - began:.0f} s\n", flush=True)
    if failed:
        print(f"Did not run to their end: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
