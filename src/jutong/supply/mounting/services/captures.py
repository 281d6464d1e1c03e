"""Changes that sources keep for mounts: confirmed, looked after, and given up when a mount ends (变更捕获)."""

from collections.abc import Mapping
from typing import Any

from jutong.kernel.text import N_, Term
from jutong.supply.mounting import queries
from jutong.supply.mounting.adapters.base import Adapter, Capturing
from jutong.supply.mounting.domain.errors import CaptureUnfit
from jutong.supply.mounting.models import DataSource
from jutong.supply.mounting.values import CaptureNames, CaptureStanding, TableRef


def capturing(adapter: Adapter, table: TableRef) -> Capturing:
    """The adapter as one that captures changes. Raises CaptureUnfit."""
    if not isinstance(adapter, Capturing):
        raise CaptureUnfit(table=str(table), reason=Term(N_("该类数据源没有可读的变更日志")), field="mode")
    return adapter


def confirm(source_no: str, names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
    """Let a source forget what the pool has. Raises CaptureLost and what asking a source raises."""
    return _adapter(source_no).confirm_capture(names, cursor)


def standing(source_no: str, names: CaptureNames, cursor: Mapping[str, Any]) -> CaptureStanding:
    """How a source stands with what it keeps for a mount. Raises what asking a source raises."""
    return _adapter(source_no).capture_standing(names, cursor)


def end(source_no: str, names: CaptureNames) -> bool:
    """Have a source keep nothing any more; False when it cannot be asked: its password is destroyed."""
    if DataSource.objects.filter(source_no=source_no, removed_at=None).exists():
        _adapter(source_no).end_capture(names)
        return True
    return False


def _adapter(source_no: str) -> Capturing:
    return capturing(queries.adapter(DataSource.objects.get(source_no=source_no)), TableRef("", source_no))
