"""What the environment says: every setting an installation may change is described where it is read."""

import os
import secrets
from pathlib import Path

import environ

env = environ.Env()

BASE_DIR = Path(__file__).resolve().parent.parent

# DATA: everything this installation writes (database, media, keys, logs). Never inside the source tree's packages.
DATA_DIR = Path(env.str("DATA", default=str(BASE_DIR / "var"))).resolve()


def data_key(name: str) -> str:
    """A secret of this installation: from the environment, else made once and kept under DATA/keys (mode 0600)."""
    if value := env.str(name, default=""):
        return value
    path = DATA_DIR / "keys" / name.lower()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # O_EXCL: two processes starting at once must end up with the same key.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()
