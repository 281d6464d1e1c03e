"""What can be wrong with what readers do, in words that say what to do, and how a book is put in order. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.text import N_

MOST_TEXT: Final = 2000
MOST_REASON: Final = 500
ENTRIES_A_PART: Final = 60
"""So many entries are set at once: what the typesetter needs in memory grows with them."""


class ReadersError(JutongError):
    """Root of this room's errors."""

    message = N_("操作未成功，请稍后重试。")


class NotForReaders(ReadersError):
    """The resource is not published, or not any more: there is nothing to be said of it."""

    message = N_("资源“{resource}”未在发布，不能关注、留言或评分。")
    kind = ErrorKind.CONFLICT


class NothingToFollow(ReadersError):
    """No such resource, department or class, or not for this subject."""

    message = N_("没有代码为“{followed}”的{kind}，或您无权查看，请核对后再关注。")
    kind = ErrorKind.MISSING


class TooManyFollowed(ReadersError):
    """More is followed than can be told about sensibly."""

    message = N_("最多关注 {most} 项，请先取消一些再添加；关注整个部门或分类可以代替逐项关注。")
    kind = ErrorKind.CONFLICT


class NoSuchRemark(ReadersError):
    """No remark of this number, or none that the subject may know of."""

    message = N_("没有编号为“{remark_no}”的留言，或您无权查看。")
    kind = ErrorKind.MISSING


class TextMissing(ReadersError):
    """Nothing was said."""

    message = N_("请写明内容。")


class TextTooLong(ReadersError):
    """More was said than is kept."""

    message = N_("内容有 {length} 字，最多 {most} 字，请精简后再提交。")


class ReasonMissing(ReadersError):
    """A remark is hidden with its reason, or not at all."""

    message = N_("请写明隐藏的理由，作者和提供部门会看到。")


class ElementUnknown(ReadersError):
    """A correction points to an element that the resource does not have."""

    message = N_("请选择要纠正的元数据或数据项；“{element}”不在该资源之中。")


class ElementOnlyForCorrections(ReadersError):
    """A comment or a question points to an element."""

    message = N_("只有纠错需要指明元数据或数据项，请改选“纠错”或不填。")


class AlreadyHidden(ReadersError):
    """The remark is hidden already."""

    message = N_("该留言已被隐藏。")
    kind = ErrorKind.CONFLICT


class NotHidden(ReadersError):
    """The remark is not hidden."""

    message = N_("该留言没有被隐藏。")
    kind = ErrorKind.CONFLICT


class RemarkHidden(ReadersError):
    """What nobody sees is not answered."""

    message = N_("该留言已被隐藏，不能答复；如需答复，请联系大数据局恢复显示。")
    kind = ErrorKind.CONFLICT


class OwnResource(ReadersError):
    """A department rated its own resource."""

    message = N_("不能为本部门的资源评分。")
    kind = ErrorKind.CONFLICT


class PointsOutOfRange(ReadersError):
    """Points are whole numbers from 1 to 5."""

    message = N_("评分为 1 到 5 的整数。")


class NoSuchBook(ReadersError):
    """No book of this number, or none that the subject may know of."""

    message = N_("没有编号为“{book_no}”的目录汇编，或您无权查看。")
    kind = ErrorKind.MISSING


class BookEmpty(ReadersError):
    """Nothing published lies within what was asked for."""

    message = N_("所选范围内没有您可以查看的已发布资源，请换一个范围。")
    kind = ErrorKind.CONFLICT


class BookTooLarge(ReadersError):
    """More resources than one book holds."""

    message = N_("所选范围有 {count} 项以上资源，一册最多 {limit} 项，请按市、部门或分类分册编排。")
    kind = ErrorKind.CONFLICT


class ScopeUnknown(ReadersError):
    """The city, department, class or search of a book is missing or not there."""

    message = N_("请选择汇编的范围：“{code}”不是已有的市、部门、分类或检索条件。")


class BooksUnderWay(ReadersError):
    """Another book of this person is being made."""

    message = N_("您有一册汇编（{book_no}）正在编排，请待其完成后再编排下一册。")
    kind = ErrorKind.CONFLICT


class BookNotReady(ReadersError):
    """The book is still being made, or nothing came of it."""

    message = N_("该汇编尚未编排完成，请稍后再下载。")
    kind = ErrorKind.CONFLICT


# --- The order of a book ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IndexWord:
    """An entry as the index of titles has it: the letter it stands under, its reading, and the entry's number."""

    letter: str
    reading: str
    title: str
    number: int


def index_of_titles(titles: Iterable[tuple[int, str]]) -> list[IndexWord]:
    """Titles in the order of their pinyin, as a dictionary has them; what begins with no letter stands first."""
    # The readings of phrases take a moment to load, and most processes never ask.
    from pypinyin import lazy_pinyin

    found = []
    for number, title in titles:
        reading = " ".join(lazy_pinyin(title)).casefold()
        first = reading[:1].upper()
        found.append(IndexWord(first if first.isascii() and first.isalpha() else "#", reading, title, number))
    return sorted(found, key=lambda word: (word.letter != "#", word.letter, word.reading, word.title, word.number))


def pieces_of(chapters: Sequence[Sequence[int]], most: int = ENTRIES_A_PART) -> list[list[tuple[int, Sequence[int]]]]:
    """What is set at once: pieces of at most so many entries, each some chapters by number with their entries.

    Chapters keep their order; small ones share a piece, and only one that is larger than a piece is cut.
    """
    pieces: list[list[tuple[int, Sequence[int]]]] = []
    room = 0
    for number, entries in enumerate(chapters):
        for start in range(0, len(entries), most):
            part = entries[start : start + most]
            if len(part) > room:
                pieces.append([])
                room = most
            pieces[-1].append((number, part))
            room -= len(part)
    return pieces
