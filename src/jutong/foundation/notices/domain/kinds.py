"""Kinds of notices as they are named outside, and the message that is made of one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from jutong.foundation.notices.values import Message, NoticeKind
from jutong.kernel.text import N_

_KINDS: dict[str, NoticeKind] = {}
UNKNOWN_TITLE = N_("新通知")
CODE_KIND = "notices.code"
DIGEST_KIND = "notices.digest"

# What a message says of a case. Anything else that stands under these names stays inside.
_CASE_NO = re.compile(r"[A-Z]{2,4}[0-9]{8,12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINES_OF_DIGEST = 20


def declare(kinds: Iterable[NoticeKind]) -> None:
    for kind in kinds:
        if "{" in kind.title:
            raise ValueError(f"the title of a kind is said outside and holds no placeholder: {kind.title!r}")
        _KINDS[kind.kind] = kind


def known() -> tuple[NoticeKind, ...]:
    """All declared kinds, by name."""
    return tuple(_KINDS[name] for name in sorted(_KINDS))


def kind_of(name: str) -> NoticeKind:
    """The kind of that name; what no room declared is named in general words and is not urgent."""
    return _KINDS.get(name) or NoticeKind(name, UNKNOWN_TITLE)


def message_of(kind: str, parameters: Mapping[str, Any], *, key: str, sign_in: str, at: datetime) -> Message:
    """What may be said outside of a notice: its kind, the number of the case, the due day, where to sign in.

    Titles, bodies and all other parameters have no way in: messages cross networks that are not ours.
    """
    declared = kind_of(kind)
    case_no, due_on = _fitting(parameters.get("case_no"), _CASE_NO), _fitting(parameters.get("due_on"), _DAY)
    said = [declared.title, f"编号 {case_no}" if case_no else "", f"应于 {due_on} 前办结" if due_on else ""]
    text = f"{'，'.join(filter(None, said))}。请登录聚通平台查看：{sign_in}"
    title = f"{declared.title} {case_no}".strip()
    return Message(key, kind, title, text, sign_in, at, case_no, due_on)


def digest_of(
    unread: Sequence[tuple[str, Mapping[str, Any]]], total: int, *, key: str, sign_in: str, at: datetime
) -> Message:
    """One message of what is unread, each with no more than a message of its own would say."""
    lines = []
    for kind, parameters in unread[:_LINES_OF_DIGEST]:
        one = message_of(kind, parameters, key=key, sign_in=sign_in, at=at)
        due = f"（应于 {one.due_on} 前办结）" if one.due_on else ""
        lines.append(f"· {one.title}{due}")
    if total > len(lines):
        lines.append(f"…… 共 {total} 条")
    title = f"每日摘要：{total} 条未读通知"
    text = "\n".join([title, "", *lines, "", f"请登录聚通平台查看：{sign_in}"])
    return Message(key, DIGEST_KIND, title, text, sign_in, at)


def code_message(code: str, minutes: int, *, key: str, sign_in: str, at: datetime) -> Message:
    """The code that confirms a contact point."""
    text = f"验证码 {code}，{minutes} 分钟内有效。您正在聚通平台登记接收通知的联系方式；如非本人操作，请勿理会。"
    return Message(key, CODE_KIND, "联系方式验证码", text, sign_in, at)


def _fitting(value: Any, form: re.Pattern[str]) -> str:
    text = value if isinstance(value, str) else ""
    return text if form.fullmatch(text) else ""
