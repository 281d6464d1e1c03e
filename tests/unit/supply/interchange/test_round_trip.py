"""What is written into a file is read back as it was: by cells, by rows, and by the bytes of each format."""

import io
import json
import string
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jutong.kernel.codes.sharing import ShareMethod, ShareType, UpdateCycle, UsePurpose
from jutong.supply.catalogue.domain import tidy
from jutong.supply.catalogue.values import BasisKind, Content, ControlledParameter, DataItem, LegalBasis, Level
from jutong.supply.interchange import reader
from jutong.supply.interchange.adapters import sheets
from jutong.supply.interchange.domain import reading, writing
from jutong.supply.interchange.domain.template import FLAT
from jutong.supply.interchange.domain.writing import Written
from tests.unit.supply.catalogue import samples

# Letters, and every sign by which cells are parted, quoted, labelled or bracketed.
SIGNS = "、，,；;：:（）()《》/\\[]{}\"'“”。·-＝ \n" + string.ascii_letters[:6] + string.digits[:3]
HAN = "数据资源名称依据使用要求共享条件范围法律第条有效期至说明"


def allowed(text: str) -> bool:
    try:
        reading.check_text(text)
    except reading.errors.CellWrong:
        return False
    return True


def texts(most: int = 30, *, lines: bool = True) -> st.SearchStrategy[str]:
    alphabet = (SIGNS if lines else SIGNS.replace("\n", "")) + HAN
    made = st.text(alphabet, max_size=most).map(lambda text: " ".join(text.split(" ")).strip())
    return made.filter(allowed)


def words(most: int = 12) -> st.SearchStrategy[str]:
    return texts(most, lines=False).filter(bool)


days = st.none() | st.dates(date(1990, 1, 1), date(2060, 1, 1))
bases = st.builds(
    LegalBasis, kind=st.sampled_from(BasisKind), title=texts(), article=texts(10), number=texts(10),
    in_force_from=days, in_force_to=days,
)  # fmt: skip
items = st.builds(
    DataItem,
    title=words(), column_name=words(), data_type=st.sampled_from(["C(18)", "N(18,2)", "D", "乱写"]), key=st.booleans(),
    nullable=st.booleans(), sensitivity=st.integers(1, 4), identifier=st.sampled_from(["", "citizen_no", "uscc"]),
    code_list=texts(), basic=st.booleans(), charset=st.sampled_from(["", "UTF-8"]), note=texts(),
)  # fmt: skip
contents = st.builds(
    Content,
    title=words(), provider_uscc=st.just(samples.PROVIDER), classification=st.sampled_from(["", "303001", "30300101"]),
    provider_office=words().filter(lambda text: not text.startswith("/")) | st.just(""), summary=texts(),
    formats=st.lists(st.sampled_from(["MySQL", "sql server", "self_described:表格、驱动，码", "乱写"]), unique=True)
    .map(tuple),
    items=st.lists(items, max_size=4).map(tuple), sharing_type=st.none() | st.sampled_from(ShareType),
    use_purposes=st.lists(st.sampled_from(UsePurpose), unique=True).map(tuple), sharing_condition=texts(),
    sharing_scope=texts(), legal_bases=st.lists(bases, max_size=3).map(tuple),
    sharing_methods=st.lists(st.sampled_from(ShareMethod), unique=True).map(tuple), sharing_method_note=texts(),
    open=st.booleans(), open_condition=texts(), update_cycle=st.none() | st.sampled_from(UpdateCycle),
    related_codes=st.lists(st.sampled_from(["303001/1", "101001/22"]), unique=True).map(tuple),
    level=st.sampled_from(Level),
    controlled_parameters=st.lists(st.builds(ControlledParameter, column=words(), required=st.booleans()), max_size=3)
    .map(tuple),
    extended=st.dictionaries(words(), texts().filter(bool), max_size=3),
).map(tidy)  # fmt: skip


def as_written(content: Content, code: str = "") -> Written:
    return Written(content, "自治区市场监督管理局", code, date(2026, 3, 1) if code else None)


def numbered(rows):
    return enumerate(rows, start=1)


def read_sheets(entries: list[Written]) -> list[reading.Entry]:
    faults = []
    extended = sheets.extended_names(entries)
    more = reading.More(faults.append)
    more.take_entries(numbered([writing.more_heads(extended), *(writing.more_row(e, extended) for e in entries)]))
    item_heads = [leaf.title for leaf in writing.ITEM_LEAVES]
    more.take_items(numbered([item_heads, *(row for e in entries for row in writing.item_rows(e))]))
    heads = [[leaf.group or leaf.title for leaf in writing.LEAVES]]
    heads.append([leaf.title if leaf.group else "" for leaf in writing.LEAVES])
    rows = [*heads, *(row for entry in entries for row in writing.rows_of(entry))]
    found = list(reading.read_entries(numbered(rows), faults.append, limit=100, more=more))
    assert faults == []
    return found


def read_bytes(content: bytes, form: str) -> list[Content]:
    lines = answers(content, form)
    assert not [line for line in lines if "fault" in line or "error" in line], lines
    return [Content.from_json(line["entry"]["content"]) for line in lines if "entry" in line]


def answers(content: bytes, form: str, command: str = "entries") -> list[dict]:
    out = io.BytesIO()
    order = {"format": form, "entries_limit": 1000, "rows_limit": 100_000}
    answer = reader.Answer(out)
    try:
        reader.COMMANDS[command](order, content, answer)
    except reader.FileRefused as fault:
        answer.send(error=fault.code, words=str(fault))
    return [json.loads(line) for line in out.getvalue().splitlines()]


@given(contents)
@settings(max_examples=60, deadline=None)
def test_rows_of_the_template_and_the_sheets_beside_it_lose_nothing(content):
    (entry,) = read_sheets([as_written(content)])

    assert entry.content == content


@given(contents)
@settings(max_examples=25, deadline=None)
def test_a_table_without_sheets_loses_nothing(content):
    extended = sheets.extended_names([as_written(content)])
    rows = [writing.flat_heads(extended), *writing.flat_rows(as_written(content), extended)]
    faults = []

    (entry,) = reading.read_entries(numbered(rows), faults.append, limit=1, layout=FLAT)

    assert (entry.content, faults) == (content, [])


def several() -> list[Content]:
    return [
        tidy(samples.shops(extended={"权属关系": "本单位"}, provider_office="登记处")),
        tidy(samples.residents(summary="第一行\n第二行 _x000D_ 末尾", related_codes=("303001/7",))),
        tidy(samples.shops(title="无数据项的文件", items=(), formats=("pdf",))),
    ]


@pytest.mark.parametrize("form", ["xlsx", "csv", "json"])
def test_the_bytes_of_each_format_lose_nothing(form):
    entries = [as_written(content) for content in several()]
    file = io.BytesIO()
    {"xlsx": sheets.write_xlsx, "csv": sheets.write_csv, "json": sheets.write_json}[form](file, entries)

    assert read_bytes(file.getvalue(), form) == several()
