"""Searching a catalogue of a million resources with twelve million items, beside Tantivy in the same run.

A process of its own with its own embedded server. The rows are laid straight into the tables, the search is then built
by the command an operator would use. Words are asked in three equal parts: rare ones, ones in about a twentieth of the
resources, and the commonest; codes and pinyin go with them.
"""

import functools
import itertools
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
RESOURCES = int(os.environ.get("SEARCH_RESOURCES", 1_000_000))
ITEMS = 12
BATCH = 20_000
BEGAN = datetime(2019, 7, 1, tzinfo=UTC)

COMMON_WORDS = ("信息", "社保", "企业", "统一社会信用代码")
MIDDLE_WORDS = ("公积金", "危化品", "不动产", "食品经营", "出生医学", "特种设备", "老年人", "建筑工地", "排污许可", "医保")
_SUBJECTS = (
    "户籍人口 法人登记 婚姻登记 机动车 学历学位 医疗机构 药品经营 建设项目 水文监测 就业登记 失业登记 工伤认定 "
    "残疾人 低保对象 律师执业 公证办理 司法鉴定 林权登记 水库大坝 农村公路 道路运输 船舶登记 港口经营 旅行社 "
    "文物保护 图书出版 体育场馆 气象观测 地震台站 森林防火 耕地保护 矿产资源 测绘成果 土地出让 房屋租赁 物业服务 "
    "城镇燃气 供水排水 垃圾分类 园林绿化 市政设施 危险废物 环境空气 噪声监测 核与辐射 节能审查 价格监测 粮食储备 "
    "民办学校 幼儿园 教师资格 考试报名 科技项目 专利授权 高新技术 技术合同 外商投资 进出口 口岸通关 电子商务 "
    "税务登记 纳税信用 发票领用 政府采购 招标投标 国有资产 统计调查 人口普查 经济普查 行政处罚 行政许可 信访事项"
).split()
_KINDS = "登记信息 基本信息 变更信息 注销信息 许可信息 统计信息 监测信息 名录 台账 明细 目录信息 办理结果信息".split()
_COMMON_ITEMS = (
    "姓名 证件号码 证件类型 性别 出生日期 联系电话 住所 经营范围 法定代表人 成立日期 登记机关 登记日期 有效期起 有效期止 "
    "行政区划代码 状态 备注 更新时间 批准文号 发证机关 发证日期 证书编号 项目名称 项目编号 金额 数量 单位名称 企业名称 "
    "企业类型 注册资本 经度 纬度 地址 邮政编码 负责人 社保编号 社保状态 参保日期 民族 学历"
).split()
_PLACE_SIGNS = "龙凤山水江河海湖溪泉石岩岭峰谷坪坡坝塘村寨屯镇乡田园林松柏竹梅兰菊桂荔榕棉金银铜铁玉珠云霞雪霜东南西北中上下大小新古平安福寿康宁和顺永兴隆昌盛"


def word_lists(seed: int = 4) -> tuple[list[str], list[str]]:
    """Names of places that stand in few titles, and titles of items with the commonest first."""
    chance = random.Random(seed)
    places = sorted({"".join(chance.choices(_PLACE_SIGNS, k=3)) for _ in range(9_000)})
    chance.shuffle(places)
    items = list(_COMMON_ITEMS)
    for subject, kind in itertools.product(_SUBJECTS, ("编号", "名称", "类别", "等级", "日期", "机构", "数量", "结果")):
        items.append(subject + kind)
    chance.shuffle(items)
    return places, items


class Rows:
    """The rows of a catalogue, the same each time; `at` counts from one."""

    def __init__(self, leaves: list[tuple[int, str]], providers: list[tuple[str, str]], seed: int = 5):
        self.leaves, self.providers = leaves, providers
        self.places, self.items = word_lists()
        self.chance = random.Random(seed)
        # One in e^(n/150) or so: a few items stand nearly everywhere, most are rare.
        self.weights = list(itertools.accumulate(1 / (10 + n) for n in range(len(self.items))))
        own = ("统一社会信用代码", "社保编号", "公民身份号码")
        self.columns = {title: f"{_pinyin(title)[1]}_{n}" for n, title in enumerate([*self.items, *own])}

    def resource(self, number: int) -> tuple[Any, ...]:
        """Columns of `catalogue_resource`, and the items' titles last."""
        chance = self.chance
        leaf, section = self.leaves[number % len(self.leaves)]
        provider, provider_title = self.providers[number % len(self.providers)]
        subject = chance.choice(_SUBJECTS)
        if chance.random() < 0.25:
            subject = chance.choice(MIDDLE_WORDS)
        parts = ("企业" if chance.random() < 0.3 else "", chance.choice(self.places), subject, chance.choice(_KINDS))
        own = "统一社会信用代码" if chance.random() < 0.5 else chance.choice(("社保编号", "公民身份号码"))
        titles = list(dict.fromkeys([own, *chance.choices(self.items, cum_weights=self.weights, k=ITEMS + 2)]))[:ITEMS]
        summary = (
            f"由{provider_title}在办理{subject}业务中形成，反映{chance.choice(self.places)}一带{subject}的情况，"
            f"每{chance.choice('年月周日')}更新，供各部门核对{chance.choice(_SUBJECTS)}时使用。"
        )
        code = f"{section}/{number}"
        kind = 1 + (number % 10 >= 6) + (number % 100 == 99)
        at = BEGAN + timedelta(minutes=3 * chance.randrange(1_000_000), microseconds=number)
        return (leaf, code, number, at, parts, provider, provider_title, summary, kind, titles)


def batches(rows: Rows, count: int) -> Iterator[list[tuple[Any, ...]]]:
    for first in range(1, count + 1, BATCH):
        yield [rows.resource(number) for number in range(first, min(first + BATCH, count + 1))]


_COPY_RESOURCES = """
COPY catalogue_resource (id, classification_id, code, sequence_no, published_on, title, provider_uscc, provider_office,
    summary, formats, format_groups, sharing_type, use_purposes, sharing_condition, sharing_scope, legal_bases,
    sharing_methods, sharing_method_note, open, open_condition, update_cycle, related_codes, level,
    controlled_parameters, extended, state, version, approved_at, published_at, mounted_at, search_text) FROM STDIN
"""
_COPY_ITEMS = """
COPY catalogue_dataitem (resource_id, position, title, column_name, data_type, key, nullable, sensitivity, identifier,
    code_list, basic, charset, note) FROM STDIN
"""


def lay_down(connection: Any) -> None:
    """Fill the catalogue's tables; what keeps the search in step is switched off meanwhile, as for a restored copy."""
    from jutong.registry.organisations import api as organisations
    from jutong.registry.organisations.models import Organisation
    from jutong.supply.catalogue.models import Classification

    first, _ = Classification.objects.get_or_create(code="3", defaults={"grade": 1, "name": "部门类"})
    second, _ = Classification.objects.get_or_create(code="399", defaults={"grade": 2, "name": "其他", "parent": first})
    leaves = [
        Classification.objects.create(code=f"399{n + 500:03d}", grade=3, name=f"部门{n}", parent=second)
        for n in range(1, 200)
    ]
    usccs = list(Organisation.objects.order_by("pk").values_list("uscc", flat=True))
    providers = sorted(organisations.titles(usccs).items())
    rows = Rows([(leaf.pk, leaf.code) for leaf in leaves], providers)
    item_lines = {title: f"{title}\t{column}\tC(50)\tf\tt\t1\t\t\tf\t\t\n" for title, column in rows.columns.items()}
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalogue_resource DISABLE TRIGGER catalogue_search_keep")
        for batch in batches(rows, RESOURCES):
            with cursor.copy(_COPY_RESOURCES) as copy:
                for row in batch:
                    copy.write(_resource_line(row, rows).encode())
            with cursor.copy(_COPY_ITEMS) as copy:
                for row in batch:
                    copy.write(
                        "".join(f"{row[2]}\t{n}\t{item_lines[title]}" for n, title in enumerate(row[-1])).encode()
                    )
        cursor.execute("ALTER TABLE catalogue_resource ENABLE TRIGGER catalogue_search_keep")


def _resource_line(row: tuple[Any, ...], rows: Rows) -> str:
    leaf, code, number, at, parts, provider, provider_title, summary, kind, titles = row
    title = "".join(parts)
    words = [title, code, provider_title, summary, *titles, *(rows.columns[item] for item in titles)]
    words += ["".join(part) for part in zip(*(_pinyin(part) for part in parts if part), strict=True)]
    basis = "[]" if kind == 1 else '[{"kind": "law"}]'
    condition = "按需共享" if kind == 2 else ""
    opened = number % 7 == 0
    return (
        f"{number}\t{leaf}\t{code}\t{number}\t{at.date()}\t{title}\t{provider}\t\t{summary}\t{{database:MySQL}}\t"
        f"{{database}}\t{kind}\t{{query}}\t{condition}\t{condition}\t{basis}\t{{}}\t\t{opened}\t"
        f"{'无附加条件' if opened else ''}\t{1 + number % 6}\t{{}}\tregional\t[]\t{{}}\tpublished\t1\t{at}\t{at}\t"
        f"{at if number % 3 else _NULL}\t{_LINE_END.join(words).lower()}\n"
    )


_NULL, _LINE_END = "\\N", "\\n"


@functools.lru_cache(maxsize=100_000)
def _pinyin(part: str) -> list[str]:
    from jutong.supply.catalogue import domain

    return domain.pinyin_lines(part)


def main() -> None:
    """Record the figures of search. `SEARCH_FOLDER` names a folder to keep the million in, for a second run."""
    kept = os.environ.get("SEARCH_FOLDER", "")
    folder = kept or tempfile.mkdtemp(prefix="search-bench-", dir="/tmp")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUTONG_")}
    environment |= {"JUTONG_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "jutong.config.settings"}
    try:
        subprocess.run([sys.executable, "-m", "tests.benchmarks.search", "inside"], cwd=CHECKOUT, env=environment, check=True)
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _inside() -> None:
    import django

    from jutong.config.embedded import EmbeddedServer
    from jutong.config.environment import environment

    server = EmbeddedServer(environment().postgres_dir)
    server.start()
    try:
        django.setup()
        _prepare()
    finally:
        server.stop()


def _prepare() -> None:
    from django.core.management import call_command
    from django.db import connection

    from jutong.kernel import clock
    from jutong.supply.catalogue.models import Resource
    from tests.support.register import lay_down_small_register

    call_command("migrate", verbosity=0, interactive=False)
    if not Resource.objects.exists():
        lay_down_small_register(clock.now())
        began = time.monotonic()
        lay_down(connection)
        print(f"laid down in {time.monotonic() - began:.0f} s")


if __name__ == "__main__" and sys.argv[1:] == ["inside"]:
    _inside()
