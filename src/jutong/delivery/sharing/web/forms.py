"""Forms of sharing. What is typed stays typed; faults come back beside their fields."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as N_

from jutong.delivery.sharing import domain
from jutong.delivery.sharing.values import Comparison, Condition, DisputeKind, Group, Mask, Op, Way
from jutong.kernel.codes.data_types import TypeLetter
from jutong.kernel.codes.sharing import UsePurpose
from jutong.kernel.errors import JutongError
from jutong.supply.catalogue.values import DataItem

MAX_CONDITION_ROWS = 20


class DayInput(forms.DateInput):
    input_type = "date"


class WishForm(forms.Form):
    """What is asked, but for items and row condition, which have tables of their own."""

    client_no = forms.ChoiceField(label=N_("使用数据的应用"), help_text=N_("本部门登记的业务系统。"))
    purpose_kind = forms.ChoiceField(
        label=N_("使用要求"), widget=forms.RadioSelect, help_text=N_("资源目录载明的使用要求，选最贴近所办事项的一项。")
    )
    purpose = forms.CharField(
        label=N_("使用用途"),
        widget=forms.Textarea({"rows": 2}),
        max_length=domain.MAX_TEXT_LENGTH,
        help_text=N_("写明所办事项和数据如何使用，例如“婚姻登记时核验当事人户籍信息”。"),
    )
    legal_basis = forms.CharField(
        label=N_("法定职责或依据"),
        widget=forms.Textarea({"rows": 2}),
        max_length=domain.MAX_TEXT_LENGTH,
        help_text=N_("写明文件名称和条款，例如“《社会救助暂行办法》第五十八条”；未引用条款的可能被退回补正。"),
    )
    matter = forms.CharField(
        label=N_("关联办理事项"), required=False, max_length=200, help_text=N_("选填；调用日志将引用该事项。")
    )
    until = forms.DateField(
        label=N_("使用期限至"),
        widget=DayInput(format="%Y-%m-%d"),
        help_text=N_("到期后授权自动终止；需要继续使用的，到期前重新申请。"),
    )
    per_second = forms.IntegerField(
        label=N_("每秒调用上限（次）"),
        min_value=1,
        initial=10,
        help_text=N_("按业务高峰时的并发填写；超出的调用会被拒绝。"),
    )
    per_day = forms.IntegerField(
        label=N_("每日调用上限（次）"),
        min_value=1,
        initial=10_000,
        help_text=N_("按一天的最大业务量填写；超出的调用会被拒绝。"),
    )

    def __init__(self, *args: Any, clients: dict[str, str], purposes: Sequence[UsePurpose], **options: Any):
        super().__init__(*args, **options)
        named = [(number, f"{name}（{number}）") for number, name in clients.items()]
        _choose(self, "client_no", [("", gettext("请选择")), *named])
        _choose(self, "purpose_kind", [(kind.value, gettext(kind.label)) for kind in purposes])


class RefusalForm(forms.Form):
    """A refusal: ground, reason, legal basis."""

    ground = forms.ChoiceField(label=N_("理由类别"), help_text=N_("选最主要的一项。"))
    reason = forms.CharField(
        label=N_("具体理由"),
        widget=forms.Textarea({"rows": 2}),
        max_length=2_000,
        help_text=N_("写明哪些数据项、为什么不能提供，可否改用其他方式。"),
    )
    legal_basis = forms.CharField(
        label=N_("依据的法律法规及条款"),
        widget=forms.Textarea({"rows": 2}),
        max_length=2_000,
        help_text=N_("无正当理由和依据，不得拒绝合理的共享要求（细则第二十二条（三））。"),
    )

    def __init__(self, *args: Any, grounds: Iterable[tuple[str, str]], **options: Any):
        super().__init__(*args, **options)
        _choose(self, "ground", [("", gettext("请选择")), *grounds])


class SeveralForm(forms.Form):
    """One decision for several requests; a refusal needs ground, reason and basis, a rejection its reason."""

    way = forms.ChoiceField(
        label=N_("办理方式"), widget=forms.RadioSelect, help_text=N_("对所选申请一律如此办理，逐件记录、逐件通知。")
    )
    remark = forms.CharField(
        label=N_("办理意见"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        max_length=domain.MAX_TEXT_LENGTH,
        help_text=N_("写入每件申请；不予通过的须写明理由。"),
    )
    ground = forms.ChoiceField(label=N_("理由类别"), required=False, help_text=N_("答复不予提供的，须填写以下三项。"))
    reason = forms.CharField(
        label=N_("具体理由"), required=False, widget=forms.Textarea({"rows": 2}), max_length=domain.MAX_TEXT_LENGTH
    )
    legal_basis = forms.CharField(
        label=N_("依据的法律法规及条款"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        max_length=domain.MAX_TEXT_LENGTH,
    )

    def __init__(self, *args: Any, ways: Sequence[Way], grounds: Iterable[tuple[str, str]], **options: Any):
        super().__init__(*args, **options)
        _choose(self, "way", [(way.value, gettext(way.label)) for way in ways])
        if Way.REFUSE in ways:
            _choose(self, "ground", [("", gettext("请选择")), *grounds])
        else:
            for name in ("ground", "reason", "legal_basis"):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        needed = {Way.REFUSE: ("ground", "reason", "legal_basis"), Way.REJECT: ("remark",)}
        for name in needed.get(Way(said["way"]), ()) if "way" in said else ():
            if not said.get(name):
                self.add_error(name, gettext("这种办理方式须填写本项。"))
        return said


class DisputeForm(forms.Form):
    """A dispute: what it is about, why, and what is wished."""

    kind = forms.ChoiceField(
        label=N_("争议事由"), widget=forms.RadioSelect, help_text=N_("只列出这件申请目前可以提出的事由。")
    )
    reason = forms.CharField(
        label=N_("争议理由"),
        widget=forms.Textarea({"rows": 4}),
        max_length=domain.MAX_TEXT_LENGTH,
        help_text=N_("针对答复逐条说明，并写明依据的职责和条款。"),
    )
    wished = forms.CharField(
        label=N_("希望的处理结果"),
        widget=forms.Textarea({"rows": 2}),
        max_length=domain.MAX_TEXT_LENGTH,
        help_text=N_("例如“提供其中某几个数据项”“更正数据并明确更新时间”。"),
    )

    def __init__(self, *args: Any, kinds: Sequence[DisputeKind], **options: Any):
        super().__init__(*args, **options)
        _choose(self, "kind", [(kind.value, gettext(kind.label)) for kind in kinds])
        if len(kinds) == 1:
            self.initial.setdefault("kind", kinds[0].value)


class ReasonForm(forms.Form):
    """Why a grant ends."""

    reason = forms.CharField(
        label=N_("理由"), widget=forms.Textarea({"rows": 2}), max_length=500, help_text=N_("对方部门会看到这段说明。")
    )


def _choose(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A comparison as typed."""

    number: int
    column: str
    op: str
    value: str


@dataclass(frozen=True, slots=True)
class ConditionTable:
    """A flat row condition as a table: comparisons joined by all or any. Deeper trees come over the API."""

    how: str
    rows: tuple[ConditionRow, ...]
    columns: tuple[tuple[str, str], ...]
    ops: tuple[tuple[str, str], ...]
    error: str = ""


def condition_table(
    post: QueryDict | None, items: Sequence[DataItem], *, extra: int = 0, error: str = ""
) -> ConditionTable:
    """The table as sent, with some empty rows more; one that was never sent has none."""
    rows = [ConditionRow(n, *typed) for n, typed in enumerate(_typed_rows(post))] if post else []
    rows += [ConditionRow(len(rows) + n, "", "eq", "") for n in range(extra)]
    return ConditionTable(
        how=post.get("condition-how", "all") if post else "all",
        rows=tuple(rows[:MAX_CONDITION_ROWS]),
        columns=tuple((item.column_name, f"{item.title}（{item.data_type}）") for item in items if _comparable(item)),
        ops=tuple((op.value, gettext(op.label)) for op in Op),
        error=error,
    )


def read_condition(post: QueryDict, items: Sequence[DataItem]) -> Condition | None:
    """The condition the table says. Raises a ConditionFault."""
    by_column = {item.column_name: item for item in items}
    parts = [
        {"column": column, "op": op, "value": _value(op, value, by_column.get(column))}
        for column, op, value in _typed_rows(post)
        if column
    ]
    if not parts:
        return None
    return domain.build_condition({"any" if post.get("condition-how") == "any" else "all": parts}, items)


def condition_words(condition: Condition | None, titles: dict[str, str]) -> str:
    """A condition as a person reads it."""
    if condition is None:
        return gettext("全部记录")
    if isinstance(condition, Comparison):
        value = condition.value
        if value is None:
            words = gettext("（空）")
        elif isinstance(value, tuple):
            words = "、".join(str(part) for part in value)
        else:
            words = str(value)
        return f"{titles.get(condition.column, condition.column)} {gettext(condition.op.label)} {words}"
    assert isinstance(condition, Group)
    joint = gettext("且") if condition.all else gettext("或")
    return f" {joint} ".join(
        f"（{condition_words(part, titles)}）" if isinstance(part, Group) else condition_words(part, titles)
        for part in condition.parts
    )


def mask_choices() -> list[tuple[str, str]]:
    """No mask, and every kind of mask."""
    return [("", gettext("不脱敏")), *((mask.value, gettext(mask.label)) for mask in Mask)]


def read_masks(post: QueryDict, columns: Iterable[str]) -> dict[str, Mask]:
    """The masks chosen for the given columns."""
    return {column: Mask(kind) for column in columns if (kind := post.get(f"mask-{column}", "")) in set(Mask)}


def refuse(form: forms.Form, error: JutongError) -> list[str]:
    """Put an error, or each of several, beside its field; gives the words of those without a field of the form."""
    faults = getattr(error, "faults", (error,))
    left = []
    for fault in faults:
        name = (fault.field or "").rpartition(".")[2]
        if name in form.fields:
            form.add_error(name, fault.words(gettext))
        else:
            left.append(fault.words(gettext))
    return left


def _typed_rows(post: QueryDict) -> list[tuple[str, str, str]]:
    count = post.get("condition-count", "0")
    rows = min(int(count), MAX_CONDITION_ROWS) if count.isascii() and count.isdigit() and len(count) < 4 else 0
    removed = post.get("do", "").removeprefix("remove-condition-")
    return [
        tuple(post.get(f"condition-{n}-{part}", "") for part in ("column", "op", "value"))  # type: ignore[misc]
        for n in range(rows)
        if str(n) != removed
    ]


def _value(op: str, text: str, item: DataItem | None) -> Any:
    if op == Op.IN:
        for mark in ("，", ",", ";", "；"):
            text = text.replace(mark, "、")
        return [part.strip() for part in text.split("、") if part.strip()]
    if item is not None and item.type.letter is TypeLetter.LOGICAL:
        return {"是": "true", "1": "true", "否": "false", "0": "false"}.get(text.strip(), text.strip())
    return text.strip() if text.strip() else None


def _comparable(item: DataItem) -> bool:
    return bool(domain.OPS_BY_LETTER[item.type.letter])
