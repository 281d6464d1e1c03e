"""How marks of state and work secrets are recognised in text, and how they are told from talk about secrecy.

The words and weights are rule data; the grammar that joins them is here. Each sign has a weight, signs of one family
do not add up, families do, and a text is stopped when it reaches the threshold. A mark that stands by itself, with a
star, a term or a label is enough alone. A word that is only mentioned weighs little, and nothing in a sentence that
cites a law, forbids or denies.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from jutong.foundation.secrecy.values import Finding, MarkRules

MARK_LENGTH = 16
# A long text may mention secrecy on every line; so many excused mentions of one word excuse the rest.
_MENTIONS = 500
_STARS = "★☆✩✭✪⭐⋆✶✻"
_TERM = r"(?:[0-9]{1,2} ?(?:年|个?月)|[一二三四五六七八九十]{1,3}(?:年|个月)|长期|解密前|公布前)(?![以内之前后来的度])"
_OPEN, _SHUT = r"[\[【(〔「<]", r"[\]】)〕」>]"
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
_BLANKS = re.compile(r"[^\S\n\t]+")
_BORDERS = "\n\t|"
_NAME_SPLIT = re.compile(r"[-_.+~—–,、;\s]+")
_SIX_DIGITS_FIRST = re.compile(r"\A\s*(?:No\.?|№)?\s*[0-9]{6}\s*\n")
_DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,12} ?[〔\[(【]20[0-9]{2}[〕\])】] ?[0-9]{1,4} ?号")
_RED_LINE = re.compile(r"(?m)^ *[\u4e00-\u9fff ]{4,30}文 {0,6}件 *$")
_SENTENCE_ENDS = re.compile(r"[。;!?\n]")
# What is written in the old way means the same.
_SIMPLIFIED = str.maketrans("機絕級內資開號無屬秘祕稱", "机绝级内资开号无属秘秘称")


def normalised(text: str) -> str:
    """A text as the rules read it: compatible forms made one, invisible signs gone, blanks single."""
    if text.isascii():
        return text
    one = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n")
    return _BLANKS.sub(" ", _INVISIBLE.sub("", one)).translate(_SIMPLIFIED)


def essence(text: str) -> str:
    """What stays the same when a text is sent again another way: without any blanks. Fingerprints are taken of it."""
    return "".join(normalised(text).split())


@dataclass
class Tally:
    """Signs seen so far in one text or file, the weightiest of each family."""

    rules: MarkRules
    best: dict[str, Finding] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        family = self.rules.families[finding.sign]
        present = self.best.get(family)
        if present is None or self.rules.weights[finding.sign] > self.rules.weights[present.sign]:
            self.best[family] = finding

    @property
    def score(self) -> int:
        return sum(self.rules.weights[finding.sign] for finding in self.best.values())

    @property
    def stopped(self) -> bool:
        return self.score >= self.rules.threshold

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was seen, the weightiest first."""
        return tuple(sorted(self.best.values(), key=lambda finding: -self.rules.weights[finding.sign]))


class Detector:
    """The rules of a day, compiled once."""

    def __init__(self, rules: MarkRules):
        self.rules = rules

    # --- Asking ------------------------------------------------------------------------------------------------------
    def find(self, text: str) -> tuple[Finding, ...]:
        """What stops this text; nothing when it may pass."""
        tally = Tally(self.rules)
        self.look(text, tally)
        return tally.findings if tally.stopped else ()

    def find_in_name(self, name: str) -> tuple[Finding, ...]:
        """What stops the name of a file, in which dashes and dots part the words."""
        tally = Tally(self.rules)
        self.look(name, tally)
        self.look(_NAME_SPLIT.sub("\n", normalised(name)), tally)
        return tally.findings if tally.stopped else ()

    def find_in_query(self, text: str) -> tuple[Finding, ...]:
        """What stops an address or words that are searched for: only a mark with star, term or label.

        People search for “工作秘密” to find the rule about it.
        """
        seen = [finding for finding in self.find(text) if finding.sign in _QUERIED]
        return tuple(seen)

    def look(self, text: str, tally: Tally) -> None:
        """Add what this part of a text shows."""
        if text.isascii():
            return
        text = normalised(text)
        first = _SIX_DIGITS_FIRST.match(text) is not None
        if not first and not self._trigger.search(text):
            return
        for sign, pattern in self._strong:
            for match in pattern.finditer(text):
                if not self._is_shown(text, match):
                    tally.add(_finding(sign, match[0]))
                    break
        for sign, mark in self._headings(text):
            tally.add(_finding(sign, mark))
            if tally.stopped:
                break
        masked = self._compound.sub(lambda match: "○" * len(match[0]), text)
        for sign, pattern in self._weak:
            for match in islice(pattern.finditer(masked), _MENTIONS):
                if not self._has(self._context, masked, match):
                    tally.add(_finding(sign, match[0]))
                    break
        self._look_at_labels(text, tally)
        self._look_at_the_copy_number(text, first, tally)

    # --- Signs -------------------------------------------------------------------------------------------------------
    @cached_property
    def _grade(self) -> str:
        return _any_of(self.rules.grades)

    @cached_property
    def _trigger(self) -> "re.Pattern[str]":
        words = [*self.rules.grades, "密级", "保密期限", "份号", *(w for ws in self.rules.words.values() for w in ws)]
        return re.compile(_any_of([word for word in words if len(word) > 1 and word not in self._open_levels]))

    @cached_property
    def _open_levels(self) -> tuple[str, ...]:
        return self.rules.words["open_level"]

    @cached_property
    def _strong(self) -> list[tuple[str, "re.Pattern[str]"]]:
        """Marks that need no context."""
        grade, work, withheld = self._grade, self._word("work_secret"), self._word("withheld")
        among = rf"(?! ?级? ?[、,/和或及与] ?{grade})"
        # Stars also across lines and blanks: layouts tear marks apart.
        apart = _any_of(self.rules.grades, r"\s{0,4}")
        return [
            ("grade_starred", re.compile(rf"(?:{apart})\s{{0,4}}[{_STARS}]|(?:{grade}) {{0,4}}[*※](?= ?{_TERM})")),
            ("grade_dated", re.compile(rf"(?<!商业)(?<!技术)(?:{grade})级?[ (]{{0,3}}{_TERM}")),
            (
                "grade_labelled",
                re.compile(rf"密 {{0,4}}级(?:标识|标志|等级)?[ \t]*[:为是定]{{0,2}}[ \t\n]{{0,3}}(?:{grade}){among}"),
            ),
            ("term_labelled", re.compile(rf"保密期限[ \t:]{{0,3}}\n?(?:{_TERM}|至? ?[0-9]{{4}}年)")),
            ("work_secret_heading", re.compile(rf"(?:{work}) ?(?:[{_STARS}]|[ :]?{_TERM})")),
            (
                "internal_heading",
                re.compile(rf"(?:{self._word('internal')})[ ,:!·\-\n]{{0,4}}(?:{self._word('keep_safe')})"),
            ),
            (
                "withheld_heading",
                re.compile(
                    rf"此件 ?(?:依法)?(?:{withheld})|公开(?:方式|类型|属性|形式|类别|选项)[: \t]{{1,3}}(?:{withheld})"
                ),
            ),
        ]

    @cached_property
    def _weak(self) -> list[tuple[str, "re.Pattern[str]"]]:
        """Words that are only mentioned."""
        return [
            ("term_word", re.compile("保密期限")),
            ("work_secret_word", re.compile(self._word("work_secret"))),
            ("internal_word", re.compile(self._word("internal"))),
            ("withheld_word", re.compile(self._word("withheld"))),
            ("classified_word", re.compile(self._word("classified"))),
        ]

    @cached_property
    def _stated(self) -> "re.Pattern[str]":
        return re.compile(
            rf"[本此该][^。;\n]{{0,8}}(?:属于|系|含有|涉及|确定为|定为|列为|标注为)[^。;,\n]{{0,4}}(?:{self._word('work_secret')})"
        )

    def _headings(self, text: str) -> Iterator[tuple[str, str]]:
        """Marks that stand by themselves: a line or cell of their own, in brackets, or before a colon."""
        for segment in self._segments(text):
            if self._shown.search(segment):
                continue
            for sign, pattern in self._heading_patterns:
                if match := pattern.search(segment):
                    yield sign, match[0]
            stated = self._stated.search(segment)
            if stated and not self._hypothetical.search(_sentence(segment, *stated.span())):
                yield "work_secret_stated", stated[0]

    def _segments(self, text: str) -> Iterator[str]:
        """Lines and cells in which a word of ours stands, each once: tables repeat their values by the thousand."""
        seen, position = set(), 0
        while match := self._trigger.search(text, position):
            before = max(text.rfind(border, 0, match.start()) for border in _BORDERS) + 1
            position = min(
                (at for border in _BORDERS if (at := text.find(border, match.end())) >= 0), default=len(text)
            )
            segment = text[before:position]
            if segment not in seen:
                seen.add(segment)
                yield segment

    @cached_property
    def _heading_patterns(self) -> list[tuple[str, "re.Pattern[str]"]]:
        kept = self._word("keep_safe")
        return [
            (sign, _standing_alone(words, tail))
            for sign, words, tail in (
                ("grade_heading", self._grade, "[级件]?"),
                ("work_secret_heading", self._word("work_secret"), ""),
                ("internal_heading", self._word("internal"), rf"(?:[ ,:!·\-]{{0,4}}(?:{kept}))?"),
            )
        ]

    def _look_at_labels(self, text: str, tally: Tally) -> None:
        """A field for the level that is not filled with a word for "open"."""
        for match in islice(self._level_label.finditer(text), _MENTIONS):
            if text[max(0, match.start() - 8) : match.start()].rstrip(" ")[-1:] not in ("", *_BORDERS):
                continue
            if not self._level_open.match(text, match.end()) and not self._has(self._context, text, match):
                tally.add(_finding("level_label", match[0]))

    def _look_at_the_copy_number(self, text: str, first: bool, tally: Tally) -> None:
        numbered = _COPY_NUMBER.search(text)
        if not numbered and not first:
            return
        tally.add(_finding("copy_number", numbered[0] if numbered else text.split("\n", 1)[0]))
        if head := (_DOCUMENT_NUMBER.search(text) or _RED_LINE.search(text)):
            tally.add(_finding("red_head", head[0]))

    @cached_property
    def _level_label(self) -> "re.Pattern[str]":
        return re.compile(r"密 {0,4}级(?:标识|标志|等级)? *(?=[:\t\n|]|\Z)")

    @cached_property
    def _level_open(self) -> "re.Pattern[str]":
        return re.compile(rf"[: \t\n|]{{0,4}}(?:{_any_of(self._open_levels)})")

    # --- Context -----------------------------------------------------------------------------------------------------
    @cached_property
    def _compound(self) -> "re.Pattern[str]":
        return re.compile(_any_of(self.rules.innocent["compound"], ""))

    @cached_property
    def _context(self) -> "re.Pattern[str]":
        return re.compile(_any_of(self.rules.innocent["context"], "") + "|第[0-9一二三四五六七八九十百]{1,5}条")

    @cached_property
    def _shown(self) -> "re.Pattern[str]":
        return re.compile(_any_of(self.rules.innocent["shown"], ""))

    @cached_property
    def _hypothetical(self) -> "re.Pattern[str]":
        return re.compile(_any_of(self.rules.innocent["hypothetical"], ""))

    def _is_shown(self, text: str, match: "re.Match[str]") -> bool:
        """Does the sentence explain how marks look?"""
        return self._has(self._shown, text, match)

    def _has(self, words: "re.Pattern[str]", text: str, match: "re.Match[str]") -> bool:
        return words.search(_sentence(text, *match.span())) is not None

    def _word(self, kind: str) -> str:
        return _any_of(self.rules.words[kind])


_QUERIED = frozenset({"grade_starred", "grade_dated", "grade_labelled", "term_labelled", "internal_heading"})
_COPY_NUMBER = re.compile(r"(?<![身月备缴股])份 {0,4}号[ \t]*[:：]?[ \t\n]*(?:No\.?|№|第)? *[0-9]{4,8}")


def _any_of(words: Iterable[str], between: str = " {0,4}") -> str:
    """A pattern for any of these words, longest first; layouts put blanks between their characters."""
    parts = sorted({word.translate(_SIMPLIFIED) for word in words}, key=lambda word: (-len(word), word))
    return "(?:" + "|".join(between.join(map(re.escape, word)) for word in parts) + ")"


def _standing_alone(words: str, tail: str) -> "re.Pattern[str]":
    """These words as all of a line, in brackets at its beginning or end, or before its first colon."""
    core, around = rf"(?:{words}){tail}", r"[\W_]{0,6}"
    bracketed = rf"{_OPEN} ?{core} ?{_SHUT}"
    return re.compile(rf"\A{around}{core}{around}\Z|\A{around}{bracketed}|{bracketed}{around}\Z|\A{around}{core} ?:")


def _sentence(text: str, start: int, end: int, reach: int = 160) -> str:
    """The sentence around a place, or what of it is near."""
    before, after = text[max(0, start - reach) : start], text[end : end + reach]
    cut = [match.end() for match in _SENTENCE_ENDS.finditer(before)]
    stop = _SENTENCE_ENDS.search(after)
    return before[cut[-1] if cut else 0 :] + text[start:end] + (after[: stop.start()] if stop else after)


def _finding(sign: str, mark: str) -> Finding:
    shown = " ".join(mark.split())
    return Finding(sign, shown if len(shown) <= MARK_LENGTH else shown[: MARK_LENGTH - 1] + "…")
