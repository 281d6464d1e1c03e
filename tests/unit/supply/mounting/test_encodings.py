"""Character sets of files: certain, or declared."""

import pytest

from jutong.supply.mounting.domain.encodings import Encoding, detect
from jutong.supply.mounting.domain.errors import EncodingUndetected

TEXT = "姓名,地址\n张三,南宁市青秀区民族大道1号\n欧阳喆,柳州市\n" * 20


def pieces(data: bytes, size: int = 7):
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"), ("gbk", "GB18030"), ("utf-16", "UTF-16")],
)
def test_chinese_files_are_told_apart(codec, encoding):
    assert detect(pieces(TEXT.encode(codec))) == encoding


@pytest.mark.parametrize(
    ("text", "codec"),
    [("姓名,地址\n張三,臺北市中正區重慶南路\n" * 20, "big5"), ("Müller, Straße, café\n" * 9, "latin-1"),
     ("名前,住所\n田中,東京都ひらがな\n" * 9, "shift_jis"), ("Привет мир\n" * 9, "cp1251"), (TEXT, "utf-16-le")],
    ids=["big5", "latin-1", "shift-jis", "cp1251", "utf-16 without mark"],
)  # fmt: skip
def test_what_is_in_doubt_must_be_declared(text, codec):
    with pytest.raises(EncodingUndetected):
        detect(pieces(text.encode(codec)))


def test_an_empty_file_and_plain_ascii_are_utf_8():
    assert detect([]) == detect([b"a,b\n1,2\n"]) == Encoding.UTF_8


def test_bytes_that_are_no_text_are_in_doubt():
    with pytest.raises(EncodingUndetected):
        detect([bytes(range(256)) * 4])
