"""Settings without a connection pool, as most projects have them; NAIVE_CONN_MAX_AGE: seconds, or None for ever."""

import os

from config.settings import *  # noqa: F403
from config.settings import DATABASES

DATABASES["default"]["OPTIONS"].pop("pool", None)
_age = os.environ["NAIVE_CONN_MAX_AGE"]
DATABASES["default"]["CONN_MAX_AGE"] = None if _age == "None" else int(_age)
