"""The hashes by which OCPP names certificates are those that OCSP requests carry."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st

from stations.domain.certificate_hash import HashData, find, hash_data, hash_of, plain_serial
from stations.domain.certificates import HashAlgorithm
from stations.domain.x509_issue import make_root, make_server_certificate

NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
def root():
    return make_root("Root", organization="Volta", now=NOW)


def leaf_of(root, kind="ecdsa"):
    made, _ = make_server_certificate(
        ["csms.example"], issuer=root, organization="Volta", kind=kind, now=NOW, lifetime=timedelta(days=9)
    )
    return made


@pytest.mark.parametrize("algorithm", HashAlgorithm)
def test_they_equal_those_of_an_ocsp_request(root, algorithm):
    leaf = leaf_of(root)
    request = ocsp.OCSPRequestBuilder().add_certificate(leaf, root.certificate, hash_of(algorithm)).build()
    found = hash_data(leaf, root.certificate, algorithm)
    assert found.issuer_name_hash == request.issuer_name_hash.hex()
    assert found.issuer_key_hash == request.issuer_key_hash.hex()
    assert int(found.serial_number, 16) == request.serial_number


def test_the_key_of_an_rsa_issuer_is_hashed_the_same_way(root):
    rsa = leaf_of(root, kind="rsa")
    request = ocsp.OCSPRequestBuilder().add_certificate(rsa, rsa, hash_of(HashAlgorithm.SHA256)).build()
    assert hash_data(rsa, rsa).issuer_key_hash == request.issuer_key_hash.hex()


def test_a_root_is_named_by_itself(root):
    found = hash_data(root.certificate, root.certificate)
    assert (
        find(found, [make_root("Other", organization="V", now=NOW).certificate, root.certificate]) is root.certificate
    )


def test_a_certificate_is_found_by_any_of_the_algorithms(root):
    leaf = leaf_of(root)
    wanted = hash_data(leaf, root.certificate, HashAlgorithm.SHA512)
    assert find(wanted, [root.certificate, leaf]) is leaf


def test_one_that_nobody_knows_is_not_found(root):
    unknown = HashData(HashAlgorithm.SHA256, "ab" * 32, "cd" * 32, "1")
    assert find(unknown, [root.certificate]) is None


@given(number=st.integers(min_value=0, max_value=2**159), zeros=st.integers(min_value=0, max_value=4))
def test_a_serial_number_is_the_same_however_it_is_written(number, zeros):
    plain = format(number, "x")
    assert plain_serial("0" * zeros + plain.upper()) == plain
    assert plain_serial("0x" + plain) == plain


def test_hash_data_goes_over_the_wire_and_back():
    data = HashData(HashAlgorithm.SHA384, "ab" * 48, "cd" * 48, "1f")
    assert HashData.of_wire(data.to_wire()) == data
    shouted = data.to_wire() | {"serialNumber": "001F", "issuerNameHash": "AB" * 48}
    assert HashData.of_wire(shouted).to_wire() == shouted
    assert HashData.of_wire(shouted).plain == data
