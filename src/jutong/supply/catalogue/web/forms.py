"""The form of an entry: what is typed becomes a `Content` without loss, and gaps come back beside their fields."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as N_

from jutong.kernel.codes.sharing import ShareMethod, ShareType, UpdateCycle, UsePurpose
from jutong.supply.catalogue import domain, models
from jutong.supply.catalogue.values import (
    YES_NO,
    BasisKind,
    Content,
    ControlledParameter,
    DataItem,
    ExtendedField,
    ExtendedKind,
    Grade,
    Identifier,
    LegalBasis,
    Level,
    Secrecy,
)

MAX_ROWS = domain.MAX_ITEMS
MAX_BASES = 20
NEW_ITEM_ROWS = 3


def _choices(kinds: Any, empty: Any = None) -> list[tuple[str, Any]]:
    found = [(str(kind.value), N_(kind.label)) for kind in kinds]
    return [("", empty), *found] if empty is not None else found


class DayInput(forms.DateInput):
    input_type = "date"


class EntryForm(forms.Form):
    """The elements that stand once. Nothing is required here: a draft may have gaps."""

    title = forms.CharField(
        label=N_("数据资源名称"),
        required=False,
        help_text=N_("与业务系统或台账的名称一致，不含部门名称，例如“企业登记基本信息”。"),
    )
    classification = forms.ChoiceField(
        label=N_("数据资源分类"), required=False, help_text=N_("不选择时使用本部门的目。类、项、目由《指南》确定。")
    )
    provider_office = forms.CharField(
        label=N_("提供方内设机构"), required=False, help_text=N_("原则上细化到内设处室或所属事业单位。")
    )
    summary = forms.CharField(
        label=N_("数据资源摘要"),
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=N_("概括有哪些数据、覆盖哪些对象和时段。"),
    )
    formats = forms.CharField(
        label=N_("资源格式"),
        required=False,
        help_text=N_("多种格式用顿号分开，例如 MySQL、xlsx；列表以外的写明大类，例如 self_described:表格驱动码。"),
    )
    sharing_type = forms.ChoiceField(
        label=N_("共享类型"),
        required=False,
        choices=_choices(ShareType),
        widget=forms.RadioSelect,
        help_text=N_("不予共享、有条件共享的须在下方填写依据。"),
    )
    use_purposes = forms.MultipleChoiceField(
        label=N_("使用要求"),
        required=False,
        choices=_choices(UsePurpose),
        widget=forms.CheckboxSelectMultiple,
        help_text=N_("使用部门可以拿来做什么，可多选。"),
    )
    sharing_condition = forms.CharField(
        label=N_("共享条件"), required=False, widget=forms.Textarea({"rows": 2}), help_text=N_("有条件共享类必填。")
    )
    sharing_scope = forms.CharField(
        label=N_("共享范围"), required=False, widget=forms.Textarea({"rows": 2}), help_text=N_("有条件共享类必填。")
    )
    sharing_methods = forms.MultipleChoiceField(
        label=N_("共享方式"),
        required=False,
        choices=_choices(ShareMethod),
        widget=forms.CheckboxSelectMultiple,
        help_text=N_("优先采用接口、库表交换。"),
    )
    sharing_method_note = forms.CharField(
        label=N_("其他共享方式的原因"), required=False, help_text=N_("采用邮件、拷盘、介质交换方式的须说明。")
    )
    open = forms.BooleanField(
        label=N_("向社会开放"), required=False, help_text=N_("勾选后公众不登录也能在门户查到该目录。")
    )
    open_condition = forms.CharField(
        label=N_("开放条件"), required=False, help_text=N_("没有附加条件的，填写“无附加条件”。")
    )
    update_cycle = forms.ChoiceField(
        label=N_("更新周期"), required=False, choices=_choices(UpdateCycle, N_("请选择")),
        help_text=N_("结构化数据按更新较快的数据项描述。"),
    )  # fmt: skip
    related_codes = forms.CharField(
        label=N_("关联资源代码"), required=False, help_text=N_("同属其他分类或其他部门编制的代码，用顿号分开。")
    )
    level = forms.ChoiceField(
        label=N_("层级属性"), required=False, choices=_choices(Level), help_text=N_("数据由哪一级生成和管理。")
    )
    secrecy = forms.ChoiceField(
        label=N_("涉密属性"), required=False, choices=_choices(Secrecy), help_text=N_("涉密资源不得在本平台编目。")
    )

    also_in = forms.CharField(
        label=N_("同属其他分类"),
        required=False,
        help_text=N_("确需在其他分类重复出现的，填写分类码，用顿号分开；各分类下另行赋码。"),
    )

    def __init__(
        self,
        *args: Any,
        classifications: Iterable[tuple[str, Any]] = (),
        extended: Iterable[ExtendedField] = (),
        **options: Any,
    ):
        super().__init__(*args, **options)
        self.fields["classification"].choices = [("", gettext("本部门的目")), *classifications]  # type: ignore[attr-defined]
        self.extended_names: list[str] = []
        for each in extended:
            name = extended_name(each)
            self.fields[name] = _extended_field(each)
            self.extended_names.append(name)

    @property
    def extended_fields(self) -> list[forms.BoundField]:
        """The fields of the extended elements, in the order of their declaration."""
        return [self[name] for name in self.extended_names]


def extended_name(each: ExtendedField) -> str:
    """The name of the form's field for an extended element."""
    return f"extended-{each.number}"


def _extended_field(each: ExtendedField) -> forms.Field:
    label = f"{each.name} *" if each.required else each.name
    options: dict[str, Any] = {"label": label, "required": False, "help_text": each.help}
    if each.kind in (ExtendedKind.CHOICE, ExtendedKind.YES_NO):
        words = YES_NO if each.kind is ExtendedKind.YES_NO else each.choices
        return forms.ChoiceField(choices=[("", gettext("请选择")), *((word, word) for word in words)], **options)
    if each.kind is ExtendedKind.DAY:
        return forms.CharField(widget=forms.TextInput({"type": "date"}), **options)
    return forms.CharField(**options)


class ItemRow(forms.Form):
    """One data item."""

    title = forms.CharField(label=N_("数据项名称"), required=False)
    column_name = forms.CharField(label=N_("字段名"), required=False)
    data_type = forms.CharField(label=N_("数据类型"), required=False)
    key = forms.BooleanField(label=N_("主键"), required=False)
    nullable = forms.BooleanField(label=N_("可为空"), required=False)
    sensitivity = forms.ChoiceField(label=N_("敏感级别"), required=False, choices=_choices(Grade))
    identifier = forms.ChoiceField(label=N_("标识"), required=False, choices=_choices(Identifier))
    controlled = forms.ChoiceField(
        label=N_("管控参数"),
        required=False,
        choices=[("", N_("否")), ("required", N_("必填")), ("optional", N_("可选"))],
    )
    basic = forms.BooleanField(label=N_("基础数据项"), required=False)
    sharing_type = forms.ChoiceField(
        label=N_("共享类型"), required=False, choices=_choices(ShareType, N_("与资源相同"))
    )
    code_list = forms.CharField(label=N_("代码集或值域"), required=False)
    charset = forms.CharField(required=False, widget=forms.HiddenInput)
    note = forms.CharField(required=False, widget=forms.HiddenInput)


class BasisRow(forms.Form):
    """One legal basis."""

    kind = forms.ChoiceField(label=N_("种类"), required=False, choices=_choices(BasisKind))
    title = forms.CharField(label=N_("文件名称"), required=False)
    number = forms.CharField(label=N_("文号"), required=False)
    article = forms.CharField(label=N_("条款"), required=False)
    in_force_from = forms.DateField(label=N_("生效日期"), required=False, widget=DayInput(format="%Y-%m-%d"))
    in_force_to = forms.DateField(label=N_("失效日期"), required=False, widget=DayInput(format="%Y-%m-%d"))


@dataclass(frozen=True, slots=True)
class EntryForms:
    """All the forms of one entry."""

    entry: EntryForm
    items: list[ItemRow]
    bases: list[BasisRow]


def forms_of(
    content: Content,
    *,
    classifications: Iterable[tuple[str, Any]],
    extended: Iterable[ExtendedField] = (),
    gaps: Iterable[domain.Gap] = (),
    empty_rows: int = 0,
) -> EntryForms:
    """The forms filled with an entry, each gap beside the field it names."""
    controlled = {parameter.column.casefold(): parameter.required for parameter in content.controlled_parameters}
    items = list(content.items) + [DataItem("", "", "")] * empty_rows
    own = domain.belonging(content, extended)
    found = EntryForms(
        entry=EntryForm(_entry_data(content, own), classifications=classifications, extended=own),
        items=[ItemRow(_item_data(item, controlled), prefix=f"items-{n}") for n, item in enumerate(items)],
        bases=[BasisRow(_basis_data(basis), prefix=f"bases-{n}") for n, basis in enumerate(content.legal_bases)],
    )
    for form in (found.entry, *found.items, *found.bases):
        _prefix_data(form)
        form.full_clean()
        # A value outside the choices cannot come back from a Content; what is wrong the gaps tell.
        form.errors.clear()
    names = {each.name: extended_name(each) for each in own}
    for gap in gaps:
        _put(found, gap, names)
    return found


def _put(found: EntryForms, gap: domain.Gap, extended: Mapping[str, str]) -> None:
    name, _, rest = (gap.field or "").partition(".")
    number, _, column = rest.partition(".")
    form: forms.Form = found.entry
    if name == "items" and column and int(number) < len(found.items):
        form, name = found.items[int(number)], column
    elif name == "legal_bases" and column and int(number) < len(found.bases):
        form, name = found.bases[int(number)], column
    elif name == "extended":
        name = extended.get(rest, name)
    words = gap.words(gettext)
    if name in form.fields:
        form.add_error(name, words)
    else:
        form.add_error(None, words)


def read(post: QueryDict, before: Content, extended: Iterable[ExtendedField] = ()) -> Content:
    """What was typed, as a Content. Fields the form does not show keep what they had."""
    items, controlled = _read_items(post)
    typed = {each.name: post.get(extended_name(each), "").strip() for each in extended if extended_name(each) in post}
    told = {name: text for name, text in {**before.extended, **typed}.items() if text}
    return before.changed(
        title=post.get("title", ""),
        classification=post.get("classification", ""),
        provider_office=post.get("provider_office", ""),
        summary=_lines(post.get("summary", "")),
        formats=_listed(post.get("formats", "")),
        items=items,
        sharing_type=_one(ShareType, post.get("sharing_type")),
        use_purposes=_several(UsePurpose, post.getlist("use_purposes")),
        sharing_condition=_lines(post.get("sharing_condition", "")),
        sharing_scope=_lines(post.get("sharing_scope", "")),
        legal_bases=_read_bases(post),
        sharing_methods=_several(ShareMethod, post.getlist("sharing_methods")),
        sharing_method_note=post.get("sharing_method_note", ""),
        open="open" in post,
        open_condition=post.get("open_condition", ""),
        update_cycle=_one(UpdateCycle, post.get("update_cycle")),
        related_codes=_listed(post.get("related_codes", "")),
        level=_one(Level, post.get("level")) or before.level,
        secrecy=_one(Secrecy, post.get("secrecy")) or before.secrecy,
        controlled_parameters=controlled,
        also_in=_listed(post.get("also_in", "")) if "also_in" in post else before.also_in,
        extended=told,
    )


def count_rows(post: QueryDict, name: str, limit: int) -> int:
    """How many rows of a table were sent."""
    text = post.get(f"{name}-count", "0")
    return min(int(text), limit) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def _read_items(post: QueryDict) -> tuple[tuple[DataItem, ...], tuple[ControlledParameter, ...]]:
    items, controlled = [], []
    for number in range(count_rows(post, "items", MAX_ROWS)):
        get = _row(post, f"items-{number}")
        if not any(get(name).strip() for name in ("title", "column_name", "data_type")):
            continue
        grade = get("sensitivity")
        item = DataItem(
            title=get("title"),
            column_name=get("column_name"),
            data_type=get("data_type"),
            key=bool(get("key")),
            nullable=bool(get("nullable")),
            sensitivity=int(grade) if grade in {"1", "2", "3", "4"} else 1,
            identifier=_one(Identifier, get("identifier")) or "",
            basic=bool(get("basic")),
            code_list=get("code_list"),
            charset=get("charset"),
            note=get("note"),
            sharing_type=_one(ShareType, get("sharing_type")),
        )
        items.append(item)
        if get("controlled"):
            controlled.append(ControlledParameter(item.column_name.strip(), get("controlled") == "required"))
    return tuple(items), tuple(controlled)


def _read_bases(post: QueryDict) -> tuple[LegalBasis, ...]:
    bases = []
    for number in range(count_rows(post, "bases", MAX_BASES)):
        get = _row(post, f"bases-{number}")
        if any(get(name).strip() for name in ("title", "number", "article")):
            bases.append(
                LegalBasis(
                    kind=_one(BasisKind, get("kind")) or BasisKind.LAW,
                    title=get("title").strip(),
                    number=get("number").strip(),
                    article=get("article").strip(),
                    in_force_from=_day(get("in_force_from")),
                    in_force_to=_day(get("in_force_to")),
                )
            )
    return tuple(bases)


def empty_basis() -> LegalBasis:
    """A row of the table of bases to be filled."""
    return LegalBasis(kind=BasisKind.LAW, title="", article="")


def _row(post: QueryDict, prefix: str) -> Any:
    return lambda name: post.get(f"{prefix}-{name}", "")


def _entry_data(content: Content, extended: Iterable[ExtendedField]) -> dict[str, Any]:
    written = content.to_json()
    return {
        **{name: written.get(name) for name in EntryForm.base_fields},
        **{extended_name(each): content.extended.get(each.name, "") for each in extended},
        "also_in": "、".join(content.also_in),
        "formats": "、".join(content.formats),
        "related_codes": "、".join(content.related_codes),
        "sharing_type": str(written["sharing_type"] or ""),
        "update_cycle": str(written["update_cycle"] or ""),
    }


def _item_data(item: DataItem, controlled: Mapping[str, bool]) -> dict[str, Any]:
    required = controlled.get(item.column_name.strip().casefold())
    return item.to_json() | {
        "sensitivity": str(item.sensitivity),
        "sharing_type": str(int(item.sharing_type)) if item.sharing_type else "",
        "controlled": "" if required is None or not item.column_name else "required" if required else "optional",
    }


def _basis_data(basis: LegalBasis) -> dict[str, Any]:
    return basis.to_json()


def _prefix_data(form: forms.Form) -> None:
    form.data = {form.add_prefix(name): value for name, value in form.data.items()}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _listed(text: str) -> tuple[str, ...]:
    for mark in ("，", ",", "；", ";", "\n"):
        text = text.replace(mark, "、")
    return tuple(part.strip() for part in text.split("、") if part.strip())


def _one(kinds: Any, text: str | None) -> Any:
    return next((kind for kind in kinds if str(kind.value) == text), None) if text else None


def _several(kinds: Any, texts: list[str]) -> tuple[Any, ...]:
    return tuple(kind for kind in kinds if str(kind.value) in texts)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def classification_choices(provider_uscc: str, *, fixed: str = "") -> list[tuple[str, Any]]:
    """The nodes a department may choose: sections and details of classes 1 and 2, and of its own section.

    With `fixed`, only that one: a resource with a code stays in its class.
    """
    if fixed:
        name = models.Classification.objects.filter(code=fixed).values_list("name", flat=True).first()
        return [(fixed, f"{fixed} {name or ''}")]
    own = models.Classification.objects.filter(owner_uscc=provider_uscc, grade=3)
    sections = own.values_list("code", flat=True)
    rows = [row for row in models.Classification.objects.order_by("code") if not row.code.startswith("3")]
    for section in sections:
        rows += models.Classification.objects.filter(code__startswith=section).order_by("code")
    divisions = {row.code: row.name for row in rows if row.grade == 2}
    grouped: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row.grade >= 3:
            group = divisions.get(row.code[:3], gettext("本部门"))
            grouped.setdefault(group, []).append((row.code, f"{row.code} {row.name}"))
    return list(grouped.items())
