"""The rules of the elements: what an entry lacks. Guide 5.2 and App. 1. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from jutong.kernel.codes import uscc
from jutong.kernel.codes.data_types import DataType, DataTypeError
from jutong.kernel.codes.resource_code import ClassificationCode, ResourceClass, ResourceCode, ResourceCodeError
from jutong.kernel.codes.sharing import FormatGroup, ShareMethod, ShareType
from jutong.supply.catalogue.domain.errors import ClassifiedRefused
from jutong.supply.catalogue.domain.extension import extended_gaps
from jutong.supply.catalogue.domain.gaps import (
    AlsoInRepeated,
    AlsoInUnknown,
    BasicItemsMustBeShared,
    BasisArticleMissing,
    BasisMissing,
    BasisNotInForce,
    BasisTermReversed,
    BasisTitleMissing,
    BasisTooLow,
    CharsetUnknown,
    ClassificationIsClosed,
    ClassificationMalformed,
    ClassificationMissing,
    ClassificationUnknown,
    ControlledParameterMissing,
    ControlledParameterRepeated,
    ControlledParameterUnknown,
    FormatNotListed,
    FormatRepeated,
    FormatsMissing,
    Gap,
    GradeOutOfRange,
    IdentifierUnknown,
    ItemColumnMalformed,
    ItemColumnMissing,
    ItemColumnRepeated,
    ItemsMissing,
    ItemTitleMissing,
    ItemTitleNotChinese,
    ItemTitleRepeated,
    ItemTypeLooser,
    ItemTypeWrong,
    MethodReasonMissing,
    NoItemShared,
    NoParameterRequired,
    NotSharedCannotBeOpen,
    OpenConditionMissing,
    ProviderMalformed,
    ProviderMissing,
    ProviderUnknown,
    RelatedCodeIsItself,
    RelatedCodeMalformed,
    RelatedCodeRepeated,
    SectionOfAnother,
    SharingConditionMissing,
    SharingMethodMissing,
    SharingScopeMissing,
    SharingTypeMissing,
    SummaryMissing,
    TextTooLong,
    TitleMissing,
    TooManyItems,
    UpdateCycleMissing,
    UsePurposeMissing,
)
from jutong.supply.catalogue.values import (
    SENSITIVE_GRADE,
    BasisKind,
    Content,
    DataItem,
    ExtendedField,
    FormatUnknown,
    Grade,
    Identifier,
    LegalBasis,
    Secrecy,
    parse_format,
)

MAX_TITLE_LENGTH: Final = 200
MAX_TEXT_LENGTH: Final = 4_000
MAX_ITEMS: Final = 500

MAX_COLUMN_BYTES: Final = 63
"""What PostgreSQL keeps of a name; a longer column could not be gathered under its own name."""

CHARSETS: Final = ("", "UTF-8", "UTF-16", "GB18030", "GB13000", "GBK", "GB2312")
"""Character sets of text items. Empty means UTF-8, which Guide App. 1, 8.2 recommends."""

BASES_FOR_CONDITIONAL: Final = frozenset(
    {BasisKind.LAW, BasisKind.ADMINISTRATIVE_REGULATION, BasisKind.LOCAL_REGULATION, BasisKind.RULE}
)
"""法律、法规和规章. Guide 5.1.3."""

BASES_FOR_NOT_SHARED: Final = frozenset({BasisKind.LAW, BasisKind.ADMINISTRATIVE_REGULATION, BasisKind.CENTRAL_POLICY})
"""法律、行政法规或党中央、国务院政策. Guide 5.2(9)."""

SHARED_BASIC_DIVISIONS: Final = frozenset({"01", "02", "03", "05"})
"""Divisions of the basic class whose basic items are shared without condition: population, legal persons, space,
certificates. Guide 5.1.3 does not name credit (04)."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the check must know beside the entry: the day, and what exists on the platform.

    `section_owner` is the department whose section the classification is in, or nothing; `own_code` the code of
    the resource being revised. The grade and the switch come from the rule pack (`sharing.controlled_from_grade`,
    `sharing.identifiers_need_control`). `repealed` gives the days on which texts were repealed, by `text_key`.
    `open_classifications` are those of the further classes (`also_in`) that exist and take entries, `extended` the
    declared extended elements in force.
    """

    on: date
    classification_exists: bool = True
    section_owner: str | None = None
    provider_exists: bool = True
    own_code: str = ""
    sensitive_grade: int = SENSITIVE_GRADE
    identifiers_need_control: bool = True
    repealed: Mapping[str, date] = field(default_factory=dict)
    classification_closed: bool = False
    open_classifications: Collection[str] = ()
    extended: Collection[ExtendedField] = ()


def find_gaps(content: Content, around: Surroundings) -> tuple[Gap, ...]:
    """Everything that keeps an entry from being submitted, in the order of the elements. Guide 5.2 and App. 1.

    Raises ClassifiedRefused: the entry is declared classified, which is not a gap to be filled.
    """
    refuse_classified(content)
    return tuple(
        gap
        for part in (
            _classification_gaps(content, around),
            _naming_gaps(content, around),
            _format_gaps(content),
            _item_gaps(content),
            _sharing_gaps(content, around),
            _opening_gaps(content),
            _relation_gaps(content, around.own_code),
            _also_in_gaps(content, around),
            _parameter_gaps(content, around),
            extended_gaps(content, around.extended),
        )
        for gap in part
    )


def refuse_classified(content: Content) -> None:
    """Raise ClassifiedRefused for an entry declared classified; called before anything is stored."""
    if content.secrecy is Secrecy.CLASSIFIED:
        raise ClassifiedRefused(field="secrecy")


def _classification_gaps(content: Content, around: Surroundings) -> Iterator[Gap]:
    if not content.classification:
        yield ClassificationMissing(field="classification")
        return
    try:
        code = ClassificationCode.parse(content.classification)
    except ResourceCodeError as fault:
        yield ClassificationMalformed(field="classification", reason=fault)
        return
    if not around.classification_exists:
        yield ClassificationUnknown(field="classification", classification=str(code))
    elif around.classification_closed:
        yield ClassificationIsClosed(field="classification", classification=str(code))
    elif code.resource_class is ResourceClass.DEPARTMENT and around.section_owner not in (None, content.provider_uscc):
        yield SectionOfAnother(field="classification", classification=str(code))


def _naming_gaps(content: Content, around: Surroundings) -> Iterator[Gap]:
    if not content.title.strip():
        yield TitleMissing(field="title")
    elif len(content.title) > MAX_TITLE_LENGTH:
        yield TextTooLong(field="title", limit=MAX_TITLE_LENGTH)
    if not content.provider_uscc:
        yield ProviderMissing(field="provider_uscc")
    elif fault := uscc.find_fault(content.provider_uscc):
        yield ProviderMalformed(field="provider_uscc", reason=fault)
    elif not around.provider_exists:
        yield ProviderUnknown(field="provider_uscc", uscc=content.provider_uscc)
    if not content.summary.strip():
        yield SummaryMissing(field="summary")
    if len(content.provider_office) > MAX_TITLE_LENGTH:
        yield TextTooLong(field="provider_office", limit=MAX_TITLE_LENGTH)
    for name in ("summary", "sharing_condition", "sharing_scope", "sharing_method_note", "open_condition"):
        if len(getattr(content, name)) > MAX_TEXT_LENGTH:
            yield TextTooLong(field=name, limit=MAX_TEXT_LENGTH)


def _format_gaps(content: Content) -> Iterator[Gap]:
    if not content.formats:
        yield FormatsMissing(field="formats")
    seen = set()
    for index, text in enumerate(content.formats):
        try:
            found = parse_format(text)
        except FormatUnknown as fault:
            yield FormatNotListed(field=f"formats.{index}", **fault.details)
            continue
        if found in seen:
            yield FormatRepeated(field=f"formats.{index}", name=found.name)
        seen.add(found)
    if FormatGroup.DATABASE in format_groups(content) and not content.items:
        yield ItemsMissing(field="items")


def format_groups(content: Content) -> tuple[FormatGroup, ...]:
    """The groups of an entry's formats, in the Guide's order; unreadable formats have none."""
    found = set()
    for text in content.formats:
        try:
            found.add(parse_format(text).group)
        except FormatUnknown:
            continue
    return tuple(group for group in FormatGroup if group in found)


_COLUMN: Final = re.compile(r"[^\W\d]\w*")
_CHINESE: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")


def _item_gaps(content: Content) -> Iterator[Gap]:
    if len(content.items) > MAX_ITEMS:
        yield TooManyItems(field="items", limit=MAX_ITEMS)
    titles: set[str] = set()
    columns: set[str] = set()
    for index, item in enumerate(content.items):
        at = f"items.{index}"
        title, column = item.title.strip(), item.column_name.strip()
        if not title:
            yield ItemTitleMissing(field=f"{at}.title")
        elif not _CHINESE.search(title):
            yield ItemTitleNotChinese(field=f"{at}.title")
        elif title in titles:
            yield ItemTitleRepeated(field=f"{at}.title", title=title)
        if not column:
            yield ItemColumnMissing(field=f"{at}.column_name")
        elif not _COLUMN.fullmatch(column) or len(column.encode()) > MAX_COLUMN_BYTES:
            yield ItemColumnMalformed(field=f"{at}.column_name", column=column, limit=MAX_COLUMN_BYTES)
        elif column.casefold() in columns:
            yield ItemColumnRepeated(field=f"{at}.column_name", column=column)
        titles.add(title)
        columns.add(column.casefold())
        yield from _item_description_gaps(item, at)


_GRADES: Final = frozenset(Grade)
_IDENTIFIERS: Final = frozenset(Identifier)
_ITEM_TEXTS: Final = {"title": 200, "code_list": 500, "note": 1000}


def _item_description_gaps(item: DataItem, at: str) -> Iterator[Gap]:
    try:
        DataType.parse(item.data_type)
    except DataTypeError as fault:
        yield ItemTypeWrong(field=f"{at}.data_type", reason=fault)
    for name, limit in _ITEM_TEXTS.items():
        if len(getattr(item, name)) > limit:
            yield TextTooLong(field=f"{at}.{name}", limit=limit)
    if item.charset.upper() not in CHARSETS:
        yield CharsetUnknown(field=f"{at}.charset", charset=item.charset)
    if item.sensitivity not in _GRADES:
        yield GradeOutOfRange(field=f"{at}.sensitivity")
    if item.identifier not in _IDENTIFIERS:
        yield IdentifierUnknown(field=f"{at}.identifier", identifier=item.identifier)


def _sharing_gaps(content: Content, around: Surroundings) -> Iterator[Gap]:
    kind = content.sharing_type
    if kind is None:
        yield SharingTypeMissing(field="sharing_type")
    elif kind is not ShareType.NOT_SHARED and not content.use_purposes:
        yield UsePurposeMissing(field="use_purposes")
    # An item of a stricter type of its own needs what that type needs.
    if ShareType.CONDITIONAL in content.share_types:
        if not content.sharing_condition.strip():
            yield SharingConditionMissing(field="sharing_condition")
        if not content.sharing_scope.strip():
            yield SharingScopeMissing(field="sharing_scope")
    yield from _basis_gaps(content, around)
    yield from _basis_writing_gaps(content.legal_bases)
    yield from _item_type_gaps(content)
    if not content.sharing_methods:
        yield SharingMethodMissing(field="sharing_methods")
    elif set(content.sharing_methods) - {ShareMethod.PLATFORM} and not content.sharing_method_note.strip():
        yield MethodReasonMissing(field="sharing_method_note")


def _item_type_gaps(content: Content) -> Iterator[Gap]:
    kind = content.sharing_type
    restricted = (ShareType.CONDITIONAL, ShareType.NOT_SHARED)
    basic = [item.title for item in content.items if item.basic and content.type_of(item) in restricted]
    if basic and _basic_items_are_shared(content):
        yield BasicItemsMustBeShared(field="sharing_type", items="、".join(basic))
    for index, item in enumerate(content.items):
        if kind is not None and item.sharing_type is not None and item.sharing_type < kind:
            yield ItemTypeLooser(field=f"items.{index}.sharing_type", title=item.title)
    kept_back = [item for item in content.items if content.type_of(item) is ShareType.NOT_SHARED]
    if kind in (ShareType.UNCONDITIONAL, ShareType.CONDITIONAL) and kept_back and len(kept_back) == len(content.items):
        yield NoItemShared(field="sharing_type")


SUFFICIENT_BASES: Final = {
    ShareType.CONDITIONAL: BASES_FOR_CONDITIONAL,
    ShareType.NOT_SHARED: BASES_FOR_NOT_SHARED,
}


def _basis_gaps(content: Content, around: Surroundings) -> Iterator[Gap]:
    """What keeps the bases from carrying each of the types in use; the first gap found stands for all."""
    for kind, ranks in SUFFICIENT_BASES.items():
        if kind not in content.share_types:
            continue
        strong = [basis for basis in content.legal_bases if basis.kind in ranks]
        if not content.legal_bases:
            yield BasisMissing(field="legal_bases")
        elif not strong:
            yield BasisTooLow(field="legal_bases")
        elif not any(holds(basis, around) for basis in strong):
            yield BasisNotInForce(field="legal_bases", day=around.on.isoformat())
        else:
            continue
        return


def holds(basis: LegalBasis, around: Surroundings) -> bool:
    """Does a basis bind on the day? Not after its own term, nor after a repeal that the platform has on record."""
    repealed_on = around.repealed.get(text_key(basis.title))
    return basis.in_force(around.on) and (repealed_on is None or around.on < repealed_on)


def lapsed_on(content: Content, around: Surroundings) -> date | None:
    """The day from which no sufficient basis carries the sharing type, if that has come (C4); nothing otherwise.

    It is the day after the last sufficient basis ended, by its term or by a repeal on record.
    """
    if not any(isinstance(gap, BasisNotInForce) for gap in _basis_gaps(content, around)):
        return None
    ends = []
    for kind in content.share_types & SUFFICIENT_BASES.keys():
        last = [_end_of(basis, around) for basis in content.legal_bases if basis.kind in SUFFICIENT_BASES[kind]]
        known = [day for day in last if day is not None and day <= around.on]
        if known:
            ends.append(max(known))
    return min(ends) if ends else around.on


def _end_of(basis: LegalBasis, around: Surroundings) -> date | None:
    """The first day on which a basis does not bind any more."""
    by_term = basis.in_force_to + timedelta(days=1) if basis.in_force_to else None
    ends = [day for day in (by_term, around.repealed.get(text_key(basis.title))) if day is not None]
    return min(ends) if ends else None


_TITLE_SIGNS: Final = re.compile(r"[《》〈〉「」“”\s]")


def text_key(title: str) -> str:
    """The title of a law or document as it is compared: without title signs, blanks and the state's name before it."""
    plain = _TITLE_SIGNS.sub("", unicodedata.normalize("NFKC", title)).casefold()
    return plain.removeprefix("中华人民共和国") or plain


# Policies of the centre and documents are not always divided into articles.
_WITHOUT_ARTICLES: Final = frozenset({BasisKind.CENTRAL_POLICY, BasisKind.DOCUMENT})


def _basis_writing_gaps(bases: tuple[LegalBasis, ...]) -> Iterator[Gap]:
    for index, basis in enumerate(bases):
        at = f"legal_bases.{index}"
        if not basis.title.strip():
            yield BasisTitleMissing(field=f"{at}.title")
        if not basis.article.strip() and basis.kind not in _WITHOUT_ARTICLES:
            yield BasisArticleMissing(field=f"{at}.article")
        if basis.in_force_from and basis.in_force_to and basis.in_force_to < basis.in_force_from:
            yield BasisTermReversed(field=f"{at}.in_force_to")


def _basic_items_are_shared(content: Content) -> bool:
    """Is the entry in one of the divisions whose basic items Guide 5.1.3 wants shared without condition?"""
    try:
        code = ClassificationCode.parse(content.classification)
    except ResourceCodeError:
        return False
    return code.resource_class is ResourceClass.BASIC and code.division_code in SHARED_BASIC_DIVISIONS


def _opening_gaps(content: Content) -> Iterator[Gap]:
    if content.open and not content.open_condition.strip():
        yield OpenConditionMissing(field="open_condition")
    if content.open and content.sharing_type is ShareType.NOT_SHARED:
        yield NotSharedCannotBeOpen(field="open")
    if content.update_cycle is None:
        yield UpdateCycleMissing(field="update_cycle")


def _also_in_gaps(content: Content, around: Surroundings) -> Iterator[Gap]:
    seen = {content.classification}
    for index, code in enumerate(content.also_in):
        at = f"also_in.{index}"
        if code in seen:
            yield AlsoInRepeated(field=at, classification=code)
        elif code not in around.open_classifications:
            yield AlsoInUnknown(field=at, classification=code)
        seen.add(code)


def _relation_gaps(content: Content, own_code: str) -> Iterator[Gap]:
    seen = set()
    for index, text in enumerate(content.related_codes):
        at = f"related_codes.{index}"
        try:
            code = str(ResourceCode.parse(text))
        except ResourceCodeError as fault:
            yield RelatedCodeMalformed(field=at, reason=fault)
            continue
        if code == own_code:
            yield RelatedCodeIsItself(field=at)
        elif code in seen:
            yield RelatedCodeRepeated(field=at, code_text=code)
        seen.add(code)


def _parameter_gaps(content: Content, around: Surroundings) -> Iterator[Gap]:
    seen = set()
    for index, parameter in enumerate(content.controlled_parameters):
        at = f"controlled_parameters.{index}"
        if content.item(parameter.column) is None:
            yield ControlledParameterUnknown(field=at, column=parameter.column)
        elif parameter.column.casefold() in seen:
            yield ControlledParameterRepeated(field=at, column=parameter.column)
        seen.add(parameter.column.casefold())
    if content.controlled_parameters and not any(p.required for p in content.controlled_parameters):
        yield NoParameterRequired(field="controlled_parameters")
    requestable = [item for item in content.items if content.type_of(item) is not ShareType.NOT_SHARED]
    sensitive = [item.title for item in requestable if _needs_control(item, around)]
    if sensitive and not content.controlled_parameters:
        yield ControlledParameterMissing(field="controlled_parameters", items="、".join(sensitive))


def _needs_control(item: DataItem, around: Surroundings) -> bool:
    # An unknown kind of identifier is a gap of its own and must not break the check.
    personal = item.identifier in _IDENTIFIERS and Identifier(item.identifier).personal
    return item.sensitivity >= around.sensitive_grade or (personal and around.identifiers_need_control)
