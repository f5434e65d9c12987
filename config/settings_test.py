"""Settings of the tests: the installation's own, with fast password hashing and a database file of their own."""

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
