"""Rules of accounts: which posts exclude each other, what a password must be. Pure."""

import re
import secrets
import string
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from jutong.kernel.errors import ErrorKind, JutongError
from jutong.kernel.policy import Post
from jutong.kernel.text import N_


class AbsenceKind(StrEnum):
    """Why somebody is away from his desk (离岗类型). No more is asked: the reason is his own."""

    LEAVE = "leave"  # 休假、请假
    BUSINESS = "business"  # 出差
    TRAINING = "training"  # 培训学习
    OTHER = "other"  # 其他

    @property
    def label(self) -> str:
        return _ABSENCE_TITLES[self]


_ABSENCE_TITLES = {
    AbsenceKind.LEAVE: N_("休假、请假"),
    AbsenceKind.BUSINESS: N_("出差"),
    AbsenceKind.TRAINING: N_("培训学习"),
    AbsenceKind.OTHER: N_("其他"),
}

ADMINISTRATORS: Final = frozenset({Post.SYSTEM_ADMIN, Post.SECURITY_ADMIN, Post.AUDIT_ADMIN})
"""The three administrators (三员); no two of them in one hand."""

TOKEN_PREFIX: Final = "jt_"  # noqa: S105
TOKEN_BYTES: Final = 32
KEY_SECRET_BYTES: Final = 32
TOKEN_MAX_DAYS: Final = 365
KEY_MAX_DAYS: Final = 730
OVERLAP_MAX_DAYS: Final = 90
ALGORITHMS: Final = ("HMAC-SM3", "HMAC-SHA256")


class AccountsError(JutongError):
    """Root of this room's errors."""

    message = N_("账号操作未能完成。")


class LoginNameInvalid(AccountsError):
    """A login name that is too short, too long or holds other characters than allowed."""

    message = N_("登录名须为 2 至 64 位小写字母、数字或 . _ @ -，并以字母或数字开头。")


class LoginNameTaken(AccountsError):
    """Another person already signs in with this name."""

    message = N_("登录名“{login_name}”已被使用，请另选一个。")
    kind = ErrorKind.CONFLICT


class PostUnknown(AccountsError):
    """Not the name of a post that people can hold."""

    message = N_("没有名为“{post}”的岗位，请从岗位列表中选择。")


class PostsExclusive(AccountsError):
    """Two of the three administrators' posts (三员) would come into one hand."""

    message = N_("系统管理员、安全管理员、审计管理员三岗不得由同一人担任；该人员现任{held}，请先终止该任职。")
    kind = ErrorKind.CONFLICT


OUR_DEFAULT: Final = N_("平台默认设置")
"""What stands in place of an article where the Rules are silent."""


class PostNotHere(AccountsError):
    """A post was to be given in a kind of organisation that has none such; `kinds` are those that have."""

    message = N_("“{post}”只设在：{kinds}；所选单位属于“{kind_here}”，不能任命。依据：{article}。")


class DeputyOfHimself(AccountsError):
    """Somebody was to stand in for himself."""

    message = N_("B 角须由他人担任；该人员已在本单位主责此岗位。")
    kind = ErrorKind.CONFLICT


class AbsenceOverlaps(AccountsError):
    """The person is away on some of these days already."""

    message = N_("所选日期与已登记的离岗（{first_on} 至 {last_on}）重叠，请调整日期或先提前结束原登记。")
    kind = ErrorKind.CONFLICT


class AbsenceTooLong(AccountsError):
    """An absence that is none any more: the post should be handed over."""

    message = N_("一次登记的离岗不得超过 {max_days} 天；时间更长的请办理工作交接。")


class AbsenceInThePast(AccountsError):
    """An absence that was over before it was declared would change nothing."""

    message = N_("离岗的最后一天不能早于今天。")


class AbsenceOver(AccountsError):
    """The absence has ended already."""

    message = N_("该离岗登记已经结束。")
    kind = ErrorKind.CONFLICT


class HandoverRequired(AccountsError):
    """A post or account was to end while its person still holds something."""

    message = N_(
        "{name}名下还有 {count} 项未交接（{kinds}），请先办理工作交接；账号失陷等紧急情况由安全管理员紧急停用。"
    )
    kind = ErrorKind.CONFLICT


class HandoverOpen(AccountsError):
    """A sheet for the same person, place and post is under way."""

    message = N_("该人员的工作交接单 {handover_no} 正在办理，无需重复发起。")
    kind = ErrorKind.CONFLICT


class HandoverOver(AccountsError):
    """The sheet is done or was given up."""

    message = N_("该工作交接单已办结或已撤销。")
    kind = ErrorKind.CONFLICT


class NothingToHandOver(AccountsError):
    """The person holds nothing that would have to move."""

    message = N_("该人员在本单位名下没有需要交接的事项，可以直接终止任职。")
    kind = ErrorKind.CONFLICT


class SuccessorElsewhere(AccountsError):
    """The successor holds no post in the organisation, or is the leaver himself."""

    message = N_("接收人须为本单位其他在任人员。")


class SuccessorMissing(AccountsError):
    """Nobody is named to take over."""

    message = N_("请先指定接收人。")
    kind = ErrorKind.CONFLICT


class SuccessorLacksPost(AccountsError):
    """Open tasks wait for a post that the successor does not hold."""

    message = N_("有待办事项等待“{post}”办理，接收人尚未担任该岗位，请安全管理员先行任命。")
    kind = ErrorKind.CONFLICT


class NotConfirmed(AccountsError):
    """A sheet was to be approved before both had confirmed it."""

    message = N_("须移交人和接收人双方确认后方可批准。")
    kind = ErrorKind.CONFLICT


class HandoverChanged(AccountsError):
    """What is held has changed since it was confirmed."""

    message = N_("交接清单在确认之后有变化，请移交人和接收人核对后重新确认。")
    kind = ErrorKind.CONFLICT


class ApproverTakesPart(AccountsError):
    """Who gives or takes cannot approve it."""

    message = N_("移交人和接收人不能批准本人的工作交接，请由单位云长或安全管理员批准。")
    kind = ErrorKind.DENIED


class EmergencyReasonMissing(AccountsError):
    """An emergency stop wants its reason."""

    message = N_("紧急停用须写明原因。")


class EmergencyBySecurityOnly(AccountsError):
    """Only the security administrator may stop an account without a hand-over."""

    message = N_("紧急停用由安全管理员办理。")
    kind = ErrorKind.DENIED


ABSENCE_MAX_DAYS: Final = 366


class AlreadyAppointed(AccountsError):
    """The person holds exactly this post already."""

    message = N_("该人员已在本单位担任此岗位，无需重复任命。")
    kind = ErrorKind.CONFLICT


class AppointsHimself(AccountsError):
    """A security administrator was to change his own posts."""

    message = N_("不能变更本人的任职，请由另一名安全管理员办理。")
    kind = ErrorKind.DENIED


class ContractorUntied(AccountsError):
    """A contractor without project, end date or responsible official."""

    message = N_("承建运维人员须填写所属项目、到期日期和责任人。")


class DaysReversed(AccountsError):
    """An end before the start."""

    message = N_("终止日期不能早于起始日期。")


class AppointmentOver(AccountsError):
    """The appointment has ended already."""

    message = N_("该任职已经终止。")
    kind = ErrorKind.CONFLICT


class PersonIsDisabled(AccountsError):
    """The person's account was disabled."""

    message = N_("该人员账号已停用。")
    kind = ErrorKind.CONFLICT


class NotYourPost(AccountsError):
    """Somebody wanted to act in a post he does not hold, or holds no longer."""

    message = N_("您未担任该岗位，或任职已经终止。")
    kind = ErrorKind.DENIED


class TokenBound(AccountsError):
    """A token was to act in another post than the one it was issued for."""

    message = N_("接口令牌只代表一个岗位，不能切换；请以另一岗位登录后签发令牌。")
    kind = ErrorKind.CONFLICT


class NoPost(AccountsError):
    """Signed in, but without any live post: nothing may be done."""

    message = N_("您目前没有有效的任职，请联系安全管理员。")
    kind = ErrorKind.DENIED


class PasswordMustChange(AccountsError):
    """A one-time or expired password must be replaced before anything else."""

    message = N_("请先修改密码再继续操作。")
    kind = ErrorKind.DENIED


class PasswordRefused(AccountsError):
    """A password that the policy does not allow; `reasons` tells each fault."""

    message = N_("密码不符合要求：{reasons}")


class CsrfFailed(AccountsError):
    """A change by session cookie came without the page's own proof (CSRF)."""

    message = N_("页面已过期或请求来源不可信，请刷新页面后重试；程序调用请使用接口令牌。")
    kind = ErrorKind.DENIED


class ExpiryOutOfRange(AccountsError):
    """Keys and tokens end, and not later than the policy allows."""

    message = N_("有效期须在 1 至 {max_days} 天之间。")


class AlgorithmUnknown(AccountsError):
    """Keys sign with HMAC-SM3 or HMAC-SHA256."""

    message = N_("签名算法须为 HMAC-SM3 或 HMAC-SHA256。")


class ClientNameTaken(AccountsError):
    """The organisation has a client of this name already."""

    message = N_("本单位已登记名为“{name}”的应用。")
    kind = ErrorKind.CONFLICT


class OrganisationUnknown(AccountsError):
    """No organisation has this code."""

    message = N_("没有统一社会信用代码为“{organisation}”的单位。")


class ResponsibleElsewhere(AccountsError):
    """The responsible official holds no post in the client's organisation."""

    message = N_("责任人须为本单位在任人员。")


class TooManyKeys(AccountsError):
    """A client has as many keys in force as rotation needs; more only widen the harm of a leak."""

    message = N_("该应用已有 {limit} 个有效密钥，请先吊销不再使用的密钥。")
    kind = ErrorKind.CONFLICT


class KeyOver(AccountsError):
    """A key past its time has no successor by rotation."""

    message = N_("该密钥已到期或已吊销，请签发新密钥。")
    kind = ErrorKind.CONFLICT


class AlreadyRevoked(AccountsError):
    """The key or token was revoked before."""

    message = N_("该密钥或令牌此前已被吊销。")
    kind = ErrorKind.CONFLICT


LIVE_KEYS_MAX: Final = 3
"""Keys of one client in force at a time: the old, the new, and one to spare."""


_LOGIN_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


def check_login_name(login_name: str) -> str:
    """The login name as stored: trimmed, in small letters. Raises LoginNameInvalid."""
    plain = login_name.strip().lower()
    if not _LOGIN_NAME.fullmatch(plain):
        raise LoginNameInvalid(field="login_name")
    return plain


def post_named(name: str) -> Post:
    """The post that people can hold under this name. Raises PostUnknown."""
    if name not in set(Post) - {Post.PUBLIC}:
        raise PostUnknown(field="post", post=name)
    return Post(name)


def check_posts(post: Post, held: Iterable[Post]) -> None:
    """Refuse a post that may not come to the others in one hand.

    Raises PostsExclusive. The database holds the same rule (`accounts_appointment_one_administrator`).
    """
    if post in ADMINISTRATORS:
        for other in held:
            if other in ADMINISTRATORS and other is not post:
                raise PostsExclusive(held=other)


def check_days(starts_on: date, ends_on: date | None) -> None:
    """Raises DaysReversed."""
    if ends_on is not None and ends_on < starts_on:
        raise DaysReversed(field="ends_on")


def check_absence(first_on: date, last_on: date, today: date) -> None:
    """Raises DaysReversed, AbsenceInThePast, AbsenceTooLong."""
    if last_on < first_on:
        raise DaysReversed(field="last_on")
    if last_on < today:
        raise AbsenceInThePast(field="last_on")
    if (last_on - first_on).days >= ABSENCE_MAX_DAYS:
        raise AbsenceTooLong(field="last_on", max_days=ABSENCE_MAX_DAYS)


@dataclass(frozen=True, slots=True)
class Holder:
    """One who holds a post: as principal or deputy, of which inner office, and whether he is away."""

    person_no: str
    office: str
    deputy: bool
    away: bool


def stands_by(deputy: Holder, holders: Iterable[Holder]) -> bool:
    """Is a deputy (B 角) on standby, because one whom he stands in for is there?

    One named for an inner office stands in for the principals of that office, one named for none for all of the post.
    """
    return any(not other.deputy and not other.away and deputy.office in ("", other.office) for other in holders)


def asked(holders: Sequence[Holder]) -> list[Holder]:
    """Whom of those who hold a post to ask (A/B 角): principals who are there, and deputies whose principals are not.

    Nobody present: all principals, else all deputies. An absence is not a vacancy, and never takes the last one away
    from a step; time goes on and the ladder with it. Our reading: the Rules do not name deputies.
    """
    found = [each for each in holders if not each.away and not (each.deputy and stands_by(each, holders))]
    return found or [each for each in holders if not each.deputy] or list(holders)


def expiry(at: datetime, days: int, max_days: int) -> datetime:
    """The moment `days` after `at`. Raises ExpiryOutOfRange."""
    if not 1 <= days <= max_days:
        raise ExpiryOutOfRange(field="days", max_days=max_days)
    return at + timedelta(days=days)


@dataclass(frozen=True, slots=True)
class PasswordProfile:
    """What passwords must be: `dengbao-3` wants kinds of characters and change, `asvs` only length."""

    name: str
    min_length: int
    min_kinds: int
    history: int
    """How many former passwords may not come again."""
    expiry_days: int
    """After how many days a password must be changed; 0 for never."""

    def is_long_enough(self, password: str) -> bool:
        return len(password) >= self.min_length

    def has_kinds_enough(self, password: str) -> bool:
        return kinds_of_characters(password) >= self.min_kinds

    def is_expired(self, changed_at: datetime | None, at: datetime) -> bool:
        """Whether a password set at that moment must be changed now; one never set by its owner always."""
        if not self.expiry_days:
            return False
        return changed_at is None or at - changed_at > timedelta(days=self.expiry_days)


def kinds_of_characters(password: str) -> int:
    """How many of the four kinds it holds: small letters, capitals, digits, anything else."""
    return sum(
        (
            any(c in string.ascii_lowercase for c in password),
            any(c in string.ascii_uppercase for c in password),
            any(c in string.digits for c in password),
            any(c not in string.ascii_letters + string.digits for c in password),
        )
    )


CONTEXT_WORDS: Final = (
    "jutong", "guangxi", "gxzf", "nanning", "dashuju", "bigdata", "shuju", "zhengwu", "gongxiang", "password",
    "admin", "root", "聚通", "广西", "数据", "政务", "密码",
)  # fmt: skip
"""Words that anybody would try first here (ASVS 6.2.11)."""

_LOOKALIKES: Final = str.maketrans({"@": "a", "4": "a", "0": "o", "1": "i", "!": "i", "3": "e", "$": "s", "5": "s"})
REMAINDER_MIN: Final = 8
"""What must be left of a password when the words that anybody would try are taken out."""


def leans_on_words(password: str, words: Iterable[str]) -> bool:
    """Whether a password is little more than words that its owner, the platform or the place suggest.

    Look-alikes (`p@ssw0rd`) count as the letters they stand for. Our reading of ASVS 6.2.11: the word itself is not
    forbidden, leaning on it is; what remains without it must still be long.
    """
    plain = password.lower().translate(_LOOKALIKES)
    before = len(plain)
    for word in sorted({w.lower().translate(_LOOKALIKES) for w in words if len(w) >= 2}, key=len, reverse=True):
        plain = plain.replace(word, "")
    return len(plain) < before and len(plain) < REMAINDER_MIN


def new_password(length: int = 16) -> str:
    """A random password that meets both profiles and can be read aloud: no look-alike characters."""
    letters, capitals, digits, marks = "abcdefghijkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "-_.:+="
    while True:
        password = "".join(secrets.choice(letters + capitals + digits + marks) for _ in range(length))
        if kinds_of_characters(password) == 4 and not leans_on_words(password, CONTEXT_WORDS):
            return password


def new_token() -> str:
    """An API token of 256 random bits."""
    return TOKEN_PREFIX + secrets.token_urlsafe(TOKEN_BYTES)
