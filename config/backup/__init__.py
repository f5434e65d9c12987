"""Backups: one file from which an installation comes back. See docs/operations.md."""


class BackupProblem(Exception):
    """It cannot be done; says for a person what happened, what it means and what to do."""
