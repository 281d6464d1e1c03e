"""Crypto against published vectors, the openssl command line, and altered bytes."""

import hashlib
import hmac
import os
import pickle
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.kernel.crypto import (
    GM_1,
    INTL_1,
    CannotOpen,
    Envelope,
    Place,
    SealedBox,
    SealingKey,
    Secret,
    SignatureWrong,
    SigningKey,
    SuiteUnknown,
    equal,
    get_suite,
    sha256_hex,
    sm3_hex,
    verify_signature,
)

PLACE = Place("mounting_connection", "17", "password")


def test_sm3_equals_the_vector_of_the_standard():
    # GB/T 32905, example 1.
    assert sm3_hex(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_sm4_block_through_gcm_equals_openssl_vector_of_rfc_8998():
    # RFC 8998, appendix A.1.
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    nonce = bytes.fromhex("00001234567800000000ABCD")
    aad = bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    plain = bytes.fromhex("AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBBCCCCCCCCCCCCCCCCDDDDDDDDDDDDDDDD") + bytes.fromhex(
        "EEEEEEEEEEEEEEEEFFFFFFFFFFFFFFFFEEEEEEEEEEEEEEEEAAAAAAAAAAAAAAAA"
    )

    sealed = GM_1.cipher(key).encrypt(nonce, plain, aad)

    assert sealed.hex().upper() == (
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert GM_1.cipher(key).decrypt(nonce, sealed, aad) == plain


@pytest.mark.parametrize("suite", [INTL_1, GM_1], ids=lambda suite: suite.name)
@pytest.mark.parametrize("key_bytes", [16, 32, 64, 100])
def test_message_codes_equal_openssl(suite, key_bytes):
    key, message = bytes(range(key_bytes)), "目录编码=303001/1\n".encode() * 9
    digest = {"intl-1": "-sha256", "gm-1": "-sm3"}[suite.name]
    command = ["openssl", "dgst", digest, "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary"]

    theirs = subprocess.run(command, input=message, capture_output=True, check=True).stdout

    mac = suite.mac(key)
    assert mac.code(message) == theirs
    assert mac.code(message) == theirs, "a keyed code serves many messages"
    assert mac.matches(message, theirs)
    assert not mac.matches(message + b" ", theirs)
    assert not mac.matches(message, b"")


@given(st.binary(min_size=1, max_size=200), st.binary(max_size=300))
def test_sha256_codes_equal_the_standard_library(key, message):
    assert INTL_1.mac(key).code(message) == hmac.digest(key, message, "sha256")
    assert sha256_hex(message) == hashlib.sha256(message).hexdigest()


def test_suites_are_found_by_name_only():
    assert get_suite("gm-1") is GM_1
    with pytest.raises(SuiteUnknown):
        get_suite("none")


def test_equal_takes_bytes():
    assert equal(b"a", b"a")
    assert not equal(b"a", b"b")


@given(st.binary(max_size=400))
def test_a_sealed_box_opens_for_its_receiver_at_its_place(plain):
    key = SealingKey(b"\x07" * 32)

    sealed = SealedBox.seal(plain, key.public, PLACE.aad)

    assert SealedBox.open(sealed, key, PLACE.aad).reveal() == plain


def test_a_sealed_box_opens_nowhere_else_and_for_nobody_else():
    key = SealingKey.generate()
    sealed = SealedBox.seal(b"secret", key.public, PLACE.aad)

    with pytest.raises(CannotOpen):
        SealedBox.open(sealed, key, Place("mounting_connection", "18", "password").aad)
    with pytest.raises(CannotOpen):
        SealedBox.open(sealed, SealingKey.generate(), PLACE.aad)


def test_every_flipped_byte_of_a_sealed_box_is_noticed():
    key = SealingKey.generate()
    sealed = SealedBox.seal(b"secret", key.public, b"")

    for index in range(len(sealed)):
        altered = bytearray(sealed)
        altered[index] ^= 1
        with pytest.raises(CannotOpen):
            SealedBox.open(bytes(altered), key, b"")
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            SealedBox.open(sealed[:length], key, b"")


@pytest.mark.parametrize("suite", [INTL_1, GM_1], ids=lambda suite: suite.name)
def test_an_envelope_opens_only_for_its_owner_place_and_root(suite):
    envelope = Envelope(os.urandom(32), suite=suite)
    sealed = envelope.seal(b"password", owner="11450000MB1234567X", place=PLACE)

    assert envelope.open(sealed, owner="11450000MB1234567X", place=PLACE) == Secret(b"password")
    with pytest.raises(CannotOpen):
        envelope.open(sealed, owner="11450000MB7654321X", place=PLACE)
    with pytest.raises(CannotOpen):
        envelope.open(sealed, owner="11450000MB1234567X", place=Place("mounting_connection", "17", "password", 2))
    with pytest.raises(CannotOpen):
        Envelope(os.urandom(32)).open(sealed, owner="11450000MB1234567X", place=PLACE)


def test_every_flipped_byte_of_an_envelope_is_noticed():
    envelope = Envelope(os.urandom(32))
    sealed = envelope.seal(b"password", owner="A", place=PLACE)

    for index in range(len(sealed)):
        altered = bytearray(sealed)
        altered[index] ^= 1
        with pytest.raises((CannotOpen, SuiteUnknown)):
            envelope.open(bytes(altered), owner="A", place=PLACE)
    for length in range(len(sealed)):
        with pytest.raises(CannotOpen):
            envelope.open(sealed[:length], owner="A", place=PLACE)


def test_changing_the_root_key_rewraps_without_encrypting_the_content_anew():
    old_root, new_root = os.urandom(32), os.urandom(32)
    sealed = Envelope(old_root).seal(b"password", owner="A", place=PLACE)
    changing = Envelope(new_root, retired=[old_root])

    rewrapped = changing.rewrap(sealed, owner="A", place=PLACE)

    assert not changing.is_current(sealed)
    assert changing.is_current(rewrapped)
    assert changing.open(sealed, owner="A", place=PLACE).reveal() == b"password"
    assert Envelope(new_root).open(rewrapped, owner="A", place=PLACE).reveal() == b"password"
    assert rewrapped[-(12 + 8 + 16) :] == sealed[-(12 + 8 + 16) :], "the content's ciphertext is the same"


def test_a_secret_can_change_hands():
    envelope = Envelope(os.urandom(32))
    sealed = envelope.seal(b"password", owner="A", place=PLACE)

    moved = envelope.rewrap(sealed, owner="A", place=PLACE, new_owner="B")

    assert envelope.open(moved, owner="B", place=PLACE).reveal() == b"password"
    with pytest.raises(CannotOpen):
        envelope.open(moved, owner="A", place=PLACE)


def test_a_place_refuses_parts_that_look_like_separators():
    with pytest.raises(ValueError, match="hold no"):
        _ = Place("a|b", "1", "c").aad


def test_a_secret_does_not_leak_by_being_printed():
    secret = Secret("hunter2")

    shown = [str(secret), repr(secret), f"{secret}", f"{secret:>20}", repr([secret]), repr({"password": secret})]

    assert not any("hunter2" in text for text in shown)
    assert secret.reveal_text() == "hunter2"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        hash(secret)


def test_keys_do_not_show_their_secret_half():
    secret = bytes(range(32))

    assert secret.hex() not in repr(SigningKey(secret)) + repr(SealingKey(secret)) + repr(Envelope(secret))


def test_signatures_verify_and_altered_ones_do_not():
    key = SigningKey.generate()
    signature = key.sign(b"checkpoint")

    verify_signature(key.public, b"checkpoint", signature)
    for message, code in ((b"checkpoinT", signature), (b"checkpoint", signature[:-1] + b"\0"), (b"checkpoint", b"")):
        with pytest.raises(SignatureWrong):
            verify_signature(key.public, message, code)


def test_ed25519_equals_the_first_vector_of_rfc_8032():
    key = SigningKey(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))

    assert key.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"").hex().startswith("e5564300c360ac729086e2cc806e828a")
