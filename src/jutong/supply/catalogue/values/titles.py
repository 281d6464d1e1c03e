"""The Guide's names of the elements (核心元数据), marked for translation."""

from collections.abc import Mapping
from typing import Final

from jutong.kernel.text import N_

ELEMENT_TITLES: Final[Mapping[str, str]] = {
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
"""By the element's name in the JSON of `Content`."""
