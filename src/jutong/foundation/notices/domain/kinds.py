"""Kinds of notices as they are named outside, and the message that is made of one."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jutong.foundation.notices.values import Group, Message, NoticeKind
from jutong.kernel.codes.resource_code import MAX_DETAIL_LENGTH
from jutong.kernel.text import N_

_KINDS: dict[str, NoticeKind] = {}
UNKNOWN_TITLE = N_("新通知")
CODE_KIND = "notices.code"
DIGEST_KIND = "notices.digest"

# What a message says of a case. Anything else that stands under these names stays inside.
_CASE_NO = re.compile(r"[A-Z]{2,4}[0-9]{8,12}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LINES_OF_DIGEST = 20


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a system may read in a message (回调字段): what it is, and the form without which it stays inside."""

    title: str
    form: re.Pattern[str]


_CODE = re.compile(rf"[123][0-9]{{5,{5 + MAX_DETAIL_LENGTH}}}/[1-9][0-9]{{0,8}}")
_COUNT = re.compile(r"[0-9]{1,15}")
# No name, no free text, nobody's number: what does not fit these forms does not leave.
FACTS: Mapping[str, Fact] = {
    "resource_code": Fact(N_("资源代码"), _CODE),
    "version": Fact(N_("资源版本"), _COUNT),
    "replaced_by": Fact(N_("替代资源代码"), _CODE),
    "grant_no": Fact(N_("授权编号"), re.compile(r"[A-Z]{2,4}[0-9]{8,12}")),
    "client_no": Fact(N_("应用编号"), re.compile(r"C[0-9]{4,12}")),
    "expires_on": Fact(N_("授权最后一日"), _DAY),
    "run_no": Fact(N_("交换运行编号"), re.compile(r"[A-Z]{2,4}[0-9]{8,12}")),
    "rows": Fact(N_("行数"), _COUNT),
    "rejected": Fact(N_("拒收行数"), _COUNT),
    "state": Fact(N_("结果"), re.compile(r"[a-z_]{1,32}")),
}


def declare(kinds: Iterable[NoticeKind]) -> None:
    for kind in kinds:
        if "{" in kind.title:
            raise ValueError(f"the title of a kind is said outside and holds no placeholder: {kind.title!r}")
        if unknown := set(kind.says) - FACTS.keys():
            raise ValueError(f"{kind.kind} says what has no form: {sorted(unknown)}")
        _KINDS[kind.kind] = kind


def known() -> tuple[NoticeKind, ...]:
    """All declared kinds, by name."""
    return tuple(_KINDS[name] for name in sorted(_KINDS))


def told_to_systems() -> tuple[NoticeKind, ...]:
    """What organisations' systems may hear of, group by group."""
    order = list(Group)
    found = [kind for kind in known() if kind.for_systems]
    return tuple(sorted(found, key=lambda kind: (order.index(kind.group), kind.kind)))


def kind_of(name: str) -> NoticeKind:
    """The kind of that name; what no room declared is named in general words and is not urgent."""
    return _KINDS.get(name) or NoticeKind(name, UNKNOWN_TITLE)


def message_of(kind: str, parameters: Mapping[str, Any], *, key: str, sign_in: str, at: datetime) -> Message:
    """What may be said outside of a notice: its kind, the number of the case, the due day, where to sign in.

    Systems read besides what the kind declares, each in its form. Titles, bodies and all other parameters have no way
    in: messages cross networks that are not ours.
    """
    declared = kind_of(kind)
    case_no, due_on = _fitting(parameters.get("case_no"), _CASE_NO), _fitting(parameters.get("due_on"), _DAY)
    said = [declared.title, f"编号 {case_no}" if case_no else "", f"应于 {due_on} 前办结" if due_on else ""]
    text = f"{'，'.join(filter(None, said))}。请登录聚通平台查看：{sign_in}"
    title = f"{declared.title} {case_no}".strip()
    fitting = {name: _fitting(parameters.get(name), FACTS[name].form) for name in declared.says}
    data = {name: value for name, value in fitting.items() if value}
    return Message(key, kind, title, text, sign_in, at, case_no, due_on, data)


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
