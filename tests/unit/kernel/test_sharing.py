"""Word lists of the Guide keep the Guide's numbers and words."""

import pytest

from jutong.kernel.codes.sharing import (
    GUIDE_FORMATS,
    FormatGroup,
    OpenFlag,
    ShareType,
    UpdateCycle,
    UsePurpose,
    find_format,
)


@pytest.mark.source("Guide App. 1, 9.1")
def test_sharing_types_are_one_two_three():
    assert [(t.value, t.label) for t in ShareType] == [(1, "无条件共享"), (2, "有条件共享"), (3, "不予共享")]


@pytest.mark.source("Guide App. 1, 10.1")
def test_open_is_one_and_closed_is_zero():
    assert (OpenFlag.OPEN, OpenFlag.CLOSED) == (1, 0)


@pytest.mark.source("Guide App. 1, 9.2")
def test_purposes_are_those_of_the_guide():
    assert [purpose.label for purpose in UsePurpose] == ["行政依据", "工作参考", "数据校核", "业务协同"]


@pytest.mark.source("Guide App. 1, 11")
def test_update_cycles_hold_the_guides_six_and_only_two_are_never_late():
    labels = {cycle.label for cycle in UpdateCycle}

    assert {"实时", "每日", "每周", "每月", "每季度", "每年"} <= labels
    assert [cycle for cycle in UpdateCycle if not cycle.can_be_late] == [UpdateCycle.IRREGULAR, UpdateCycle.NEVER]
    periods = [cycle.period_days for cycle in UpdateCycle if cycle.period_days is not None]
    assert periods == sorted(periods)


@pytest.mark.source("Guide App. 1, 7")
def test_formats_come_in_six_groups():
    assert set(GUIDE_FORMATS) == set(FormatGroup)
    assert len(FormatGroup) == 6
    assert find_format("ofd ") == find_format("OFD")
    assert find_format("OFD").group is FormatGroup.DOCUMENT
    assert find_format("sql server").group is FormatGroup.DATABASE
    assert find_format("exe") is None
