"""The Guide's names of the elements."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from jutong.kernel.errors import JutongError
from jutong.kernel.text import N_
from jutong.registry.accounts import api as accounts

_ELEMENT_TITLES = {
    "title": N_("数据资源名称"),
    "provider_uscc": N_("数据资源提供方代码"),
    "classification": N_("数据资源分类"),
    "provider_office": N_("提供方内设机构"),
    "summary": N_("数据资源摘要"),
    "formats": N_("数据资源格式"),
    "items": N_("数据项信息"),
    "sharing_type": N_("共享类型"),
    "use_purposes": N_("使用要求"),
    "sharing_condition": N_("共享条件"),
    "sharing_scope": N_("共享范围"),
    "legal_bases": N_("依据"),
    "sharing_methods": N_("共享方式"),
    "sharing_method_note": N_("共享方式"),
    "open": N_("是否向社会开放"),
    "open_condition": N_("开放条件"),
    "update_cycle": N_("更新周期"),
    "related_codes": N_("关联资源代码"),
    "level": N_("层级属性"),
    "controlled_parameters": N_("服务接口管控参数"),
    "extended": N_("扩展元数据"),
    "also_in": N_("同属其他分类"),
}


def element_title(name: str) -> str:
    """The Guide's name of an element, by the part of a field's path before the first dot."""
    return _(_ELEMENT_TITLES.get(name.partition(".")[0], name))


def plain(text: str | None) -> str:
    """A typed text without NUL, which PostgreSQL keeps in no text."""
    return (text or "").replace("\x00", " ").strip()


def author_names(authors: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Names of the people among some kept authors by their number, in one query; programs have none."""
    numbers = {str(each["id"]) for each in authors if each.get("kind") == "person"}
    return accounts.names(numbers) if numbers else {}


def tell_beside(form: forms.Form, error: JutongError) -> None:
    """Put the words of an error beside the field it is about, or above the form."""
    form.is_valid()
    form.add_error(error.field if error.field in form.fields else None, error.words(_))
