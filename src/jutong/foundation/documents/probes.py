"""What operators are told of printing."""

from jutong.foundation.documents.adapters import typesetting
from jutong.foundation.documents.domain import SHIPPED_FAMILIES
from jutong.foundation.operations.values import Finding, State
from jutong.kernel.text import N_


def fonts() -> Finding | None:
    """Can papers be printed, and rare characters with them?"""
    missing = SHIPPED_FAMILIES - typesetting.shipped_families()
    if missing:
        return Finding(
            State.FAILED,
            N_("随平台安装的打印字体缺失（{families}），办理单无法生成 PDF，请重新安装平台。"),
            details={"families": ", ".join(sorted(missing))},
        )
    if not typesetting.has_rare_characters():
        return Finding(State.DEGRADED, N_("本机没有生僻字字体，姓名中的生僻字将以编码打印；请安装 fonts-noto-cjk。"))
    return None
