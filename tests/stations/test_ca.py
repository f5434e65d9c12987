"""manage.py ca"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from stations.domain.x509_read import common_name, load_chain
from stations.models import StationCertificate
from stations.services import authority
from tests import factories
from tests.pki import signing_request

pytestmark = pytest.mark.django_db


def ca(*arguments):
    out = StringIO()
    call_command("ca", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def request_file(tmp_path):
    path = tmp_path / "request.pem"
    path.write_text(signing_request())
    return str(path)


def test_the_root_is_printed_and_no_key():
    assert ca("root") == authority.roots()[0]
    assert "PRIVATE" not in ca("root", "--v2g")


def test_a_request_is_signed_and_its_certificate_revoked(request_file):
    factories.StationFactory(identity="CP-1")
    assert common_name(load_chain(ca("issue", "CP-1", request_file))[0].subject) == "CP-1"
    row = StationCertificate.objects.get()
    assert (row.status, row.serial_number in ca("list")) == ("active", True)
    assert "CP-1" in ca("revoke", row.serial_number.upper())
    row.refresh_from_db()
    assert row.status == "revoked"


@pytest.mark.parametrize("arguments", [("issue", "CP-9", "-"), ("revoke", "1f")])
def test_what_is_not_there_is_said(arguments):
    with pytest.raises(CommandError):
        ca(*arguments)


def test_a_request_in_anothers_name_is_not_signed(request_file):
    factories.StationFactory(identity="CP-2")
    with pytest.raises(CommandError, match="CP-1"):
        ca("issue", "CP-2", request_file)
