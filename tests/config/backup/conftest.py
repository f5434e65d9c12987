import pytest
from django.db import connection

from config.backup import restoring, taking


class Place:
    """An installation with its files, to be backed up and restored."""

    def __init__(self, root):
        self.keys = root / "data" / "keys"
        self.media = root / "data" / "media"
        self.file = root / "backup.zip"
        self.said = []

    def backup(self, **choice):
        return taking.to_file(self.file, taking.Choice(**choice), _unseen)

    def restore(self, path=None, **options):
        """In place of what is there, unless said otherwise."""
        options = {"replace": database_name()} | options
        return restoring.restore(path or self.file, say=self.said.append, progress=_unseen, **options)


def database_name():
    return str(connection.settings_dict["NAME"]).rpartition("/")[2]


def _unseen(size):
    pass


@pytest.fixture
def place(tmp_path, settings, transactional_db):
    settings.DATA_DIR = tmp_path / "data"
    settings.MEDIA_ROOT = tmp_path / "data" / "media"
    place = Place(tmp_path)
    (place.keys / "ca").mkdir(parents=True)
    (place.keys / "ca" / "stations.pem").write_text("authority")
    (place.media / "logs").mkdir(parents=True)
    (place.media / "logs" / "one.log").write_text("a log")
    return place
