"""What the environment says: every setting an installation may change is described where it is read."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# DATA: everything this installation writes (database, media, keys, logs). Never inside the source tree's packages.
DATA_DIR = Path(env.str("DATA", default=str(BASE_DIR / "var"))).resolve()

# How long a writer on SQLite waits for its turn.
SQLITE_TIMEOUT_S = 20

# libpq: a database host that vanishes sends no word of it. Given up are a connection that is not made in 5 s, one whose
# data nobody acknowledges for 20 s (milliseconds there), and one that waits and gets no sign of life for 25 s.
_VANISHED_HOST = {
    "connect_timeout": 5,
    "tcp_user_timeout": 20_000,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
# The same from its side: what a client that vanished had locked would be locked for hours.
_VANISHED_CLIENT = (
    "-c tcp_user_timeout=20000 -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"
)


def data_key(name: str) -> str:
    """A secret of this installation: from the environment, else made once and kept under DATA/keys (mode 0600)."""
    if value := env.str(name, default=""):
        return str(value)
    path = DATA_DIR / "keys" / name.lower()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48))
        # A link appears whole or not at all: two processes starting at once end up with the same key.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()


def database(variable: str, *, sqlite_file: Path) -> dict[str, Any]:
    """Django's settings of the database at the URL in `variable`; SQLite in `sqlite_file` where it is not set."""
    found: dict[str, Any] = env.db_url(variable, default=f"sqlite:///{sqlite_file}")
    if found["ENGINE"] == "django.db.backends.sqlite3":
        found["ENGINE"] = "config.sqlite"
        found["OPTIONS"] = {
            "timeout": SQLITE_TIMEOUT_S,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
        }
    else:
        # Short: who waits longer for a connection than its caller waits for the answer only adds to an outage.
        # DATABASE_POOL: connections a process keeps for its pages and tasks at most. Each lane has another of its own.
        most = env.int("DATABASE_POOL", default=20)
        pool = {"min_size": 1, "max_size": most, "timeout": 3, "reconnect_timeout": 10}
        # Compiling a query (jit) takes seconds where estimates are high, and our queries take milliseconds.
        found["OPTIONS"] = {**_VANISHED_HOST, "pool": pool, "options": f"-c jit=off {_VANISHED_CLIENT}"}
        found["CONN_HEALTH_CHECKS"] = True
    # Under ASGI a kept connection would belong to a thread that may never come back to it.
    return {**found, "CONN_MAX_AGE": 0}


def origin_of(url: str) -> list[str]:
    """The origin of `url` as a list of one for a security policy; empty where there is none."""
    parts = urlsplit(url)
    return [f"{parts.scheme}://{parts.netloc.replace('{s}', '*')}"] if parts.netloc else []
