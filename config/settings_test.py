"""Settings of the tests: the installation's own, fast where it does not matter, with a database file of their own.

`DATABASE_URL` and `REDIS_URL` are honoured: the same tests run on PostgreSQL and Redis. Each of pytest's workers takes
two of Redis's databases, from that one downwards: what one worker's processes queue is not for those of another.
"""

import os
import tempfile

# Nothing of the tests may touch the installation's own data. Gone with the process.
_data = tempfile.TemporaryDirectory(prefix="busbar-test-", ignore_cleanup_errors=True)
os.environ["DATA"] = _data.name

if os.environ.get("REDIS_URL"):
    _server, _, _number = os.environ["REDIS_URL"].rpartition("/")
    _last = int(_number) - 2 * int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:])
    os.environ["REDIS_URL"] = f"{_server}/{_last}"

from config.env import BASE_DIR, DATA_DIR  # noqa: E402
from config.settings import *  # noqa: E402, F403
from config.settings import CACHES, DATABASES, REDIS_URL, TEMPLATES  # noqa: E402
from config.strict_templates import Strict  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

if DATABASES["default"]["ENGINE"] == "config.sqlite":
    # A file: the in-memory database fails as soon as a second thread writes.
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "test.sqlite3")}

if REDIS_URL:
    # Emptying a cache empties its whole Redis database.
    CACHES["default"]["LOCATION"] = f"{_server}/{_last - 1}"

# Static files straight from the source: names without a hash, nothing to collect first.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
(DATA_DIR / "static").mkdir()
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = Strict(BASE_DIR / "templates")

# Static files are looked up when asked for; else each test client lists them all first.
WHITENOISE_AUTOREFRESH = True
