"""Django's password validators, worded from the room's rules."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from jutong.registry.accounts.domain import CONTEXT_WORDS, PasswordProfile, leans_on_words
from jutong.registry.accounts.models import PasswordRecord, Person
from jutong.registry.accounts.setup import PASSWORD_PROFILES


def password_profile() -> PasswordProfile:
    """The profile of this installation (`JUTONG_PASSWORD_PROFILE`)."""
    installed: Any = settings
    return _profile(installed.JUTONG_PASSWORD_PROFILE)


@lru_cache
def _profile(name: str) -> PasswordProfile:
    return PasswordProfile(name=name, **PASSWORD_PROFILES[name])


class ProfileValidator:
    """Length and kinds of characters, as the profile wants them."""

    def validate(self, password: str, user: Person | None = None) -> None:
        profile = password_profile()
        if not profile.is_long_enough(password):
            raise ValidationError(self._length(profile), code="password_too_short")
        if not profile.has_kinds_enough(password):
            raise ValidationError(self._kinds(profile), code="password_too_plain")

    def get_help_text(self) -> str:
        profile = password_profile()
        return self._length(profile) + (self._kinds(profile) if profile.min_kinds > 1 else "")

    def _length(self, profile: PasswordProfile) -> str:
        return ngettext("密码至少 {n} 位。", "密码至少 {n} 位。", profile.min_length).format(n=profile.min_length)

    def _kinds(self, profile: PasswordProfile) -> str:
        return _("密码须包含小写字母、大写字母、数字、符号四类中的至少 {n} 类。").format(n=profile.min_kinds)


class ContextWordsValidator:
    """No password that leans on the person's name, the platform's or the region's."""

    def validate(self, password: str, user: Person | None = None) -> None:
        words = [*CONTEXT_WORDS]
        if user is not None:
            words += [user.login_name, *user.login_name.replace("@", ".").split("."), user.display_name]
        if leans_on_words(password, words):
            raise ValidationError(self.get_help_text(), code="password_context_words")

    def get_help_text(self) -> str:
        return _("密码不能以登录名、姓名或平台、地区的常用词为主。")


class HistoryValidator:
    """Not one of the last passwords."""

    def validate(self, password: str, user: Person | None = None) -> None:
        last = password_profile().history
        if user is None or user.pk is None or not last:
            return
        former = PasswordRecord.objects.filter(person=user).order_by("-set_at").values_list("encoded", flat=True)[:last]
        if any(check_password(password, encoded) for encoded in former):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        last = password_profile().history
        return _("不能使用最近 {n} 次用过的密码。").format(n=last) if last else ""
