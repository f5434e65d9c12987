"""Passwords of stations: what is kept, and in which forms they are sent."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stations.domain.credentials import hash_password, new_password, upgrade_problem, verify_password

KEY = "00ff80aabbccddeeff0011223344556677889900"


@pytest.mark.parametrize("kept", [KEY, KEY.upper(), KEY[:20] + KEY[20:].upper()])
@pytest.mark.parametrize("sent", [KEY.encode(), KEY.upper().encode(), bytes.fromhex(KEY)])
def test_a_key_of_hex_digits_is_known_in_any_case_and_as_the_bytes_it_stands_for(kept, sent):
    assert verify_password(sent, hash_password(kept))


def test_bytes_that_look_like_hex_digits_are_bytes_too():
    key = b"0123456789abcdef".hex()
    assert verify_password(b"0123456789abcdef", hash_password(key))
    assert verify_password(key.encode(), hash_password(key))


@pytest.mark.parametrize("sent", [b"", b"secret", KEY.encode()[:-2], KEY.encode() + b"00", bytes.fromhex(KEY)[:-1]])
def test_anything_else_is_wrong(sent):
    assert not verify_password(sent, hash_password(KEY))


def test_a_password_that_is_no_hex_is_taken_by_its_letters():
    kept = hash_password("Correct horse battery")
    assert verify_password(b"Correct horse battery", kept)
    assert not verify_password(b"correct horse battery", kept)
    assert not verify_password(b"Correct horse battery".hex().encode(), kept)


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=40))
def test_every_password_is_known_again(password):
    assert verify_password(password.encode("utf-8"), hash_password(password))


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=8, max_size=20))
def test_every_key_is_known_by_its_bytes(key):
    assert verify_password(key, hash_password(key.hex()))


def test_no_two_are_kept_alike():
    assert hash_password(KEY) != hash_password(KEY)


@pytest.mark.parametrize("kept", ["", "plain", "md5$00$00"])
def test_what_is_no_hash_lets_nobody_in(kept):
    assert not verify_password(b"", kept)
    assert not verify_password(kept.encode(), kept)


def test_a_new_password_fits_every_version():
    made = new_password()
    assert len(made) == 40
    assert len(bytes.fromhex(made)) == 20
    assert made != new_password()


@pytest.mark.parametrize(
    ("present", "wanted", "password", "certificate", "said"),
    [
        (1, 2, True, False, None),
        (0, 1, True, False, None),
        (2, 3, False, True, None),
        (2, 2, True, True, "never lowered"),
        (3, 1, True, True, "never lowered"),
        (0, 0, True, True, "1, 2 and 3"),
        (1, 4, True, True, "1, 2 and 3"),
        (0, 2, False, True, "needs a password"),
        (1, 3, True, False, "needs a client certificate"),
    ],
)
def test_what_stands_against_a_higher_profile(present, wanted, password, certificate, said):
    problem = upgrade_problem(present=present, wanted=wanted, has_password=password, has_certificate=certificate)
    assert problem is None if said is None else said in str(problem)
