"""Names are shown and never used as paths; places come from digests alone."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jutong.foundation.files.domain import MAX_NAME, clean_name, place_of, settled_media_type


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("申请函.pdf", "申请函.pdf"),
        ("../../etc/passwd", "passwd"),
        (r"C:\Users\a\..\数据.xlsx", "数据.xlsx"),
        ("a\0b\r\nc.txt", "abc.txt"),
        ("cod\u202etxt.exe", "codtxt.exe"),
        ("  . hidden . ", "hidden"),
        ("..", "file"),
        ("", "file"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("长" * 300 + ".docx", "长" * 195 + ".docx"),
    ],
)
def test_a_name_is_cleaned_for_showing(given_name, shown):
    assert clean_name(given_name) == shown


@given(st.text(max_size=400))
def test_no_name_holds_a_folder_a_control_or_too_much(name):
    shown = clean_name(name)

    assert 0 < len(shown) <= MAX_NAME
    assert not set(shown) & set("/\\")
    assert not any(unicodedata.category(sign)[0] == "C" for sign in shown)
    assert clean_name(shown) == shown or len(shown) == MAX_NAME


@pytest.mark.parametrize(
    ("sent", "name", "settled"),
    [
        ("text/csv; charset=gb18030", "a.csv", "text/csv"),
        ("application/octet-stream", "a.pdf", "application/pdf"),
        ("", "a.unknown", "application/octet-stream"),
        ("text/html\r\nX: y", "a.bin", "application/octet-stream"),
    ],
)
def test_the_media_type_is_plain_or_guessed(sent, name, settled):
    assert settled_media_type(sent, name) == settled


@pytest.mark.parametrize("digest", ["", "../" * 22, "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n"])
def test_only_a_digest_is_a_place(digest):
    with pytest.raises(ValueError, match="not a digest"):
        place_of(digest)


def test_a_place_is_spread_over_folders():
    assert str(place_of("ab" + "cd" + "0" * 60)) == f"sha256/ab/cd/abcd{'0' * 60}"
