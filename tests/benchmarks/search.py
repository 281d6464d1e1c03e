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
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support import figures

CHECKOUT = Path(__file__).resolve().parents[2]
RESOURCES = int(os.environ.get("SEARCH_RESOURCES", 1_000_000))
ITEMS = 12
BATCH = 20_000
BEGAN = datetime(2019, 7, 1, tzinfo=UTC)
PEER = "tantivy, pairs of characters"


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COMMON_WORDS = _words("信息 社保 企业 统一社会信用代码")
MIDDLE_WORDS = _words("公积金 危化品 不动产 食品经营 出生医学 特种设备 老年人 建筑工地 排污许可 医保")
SUBJECTS = _words("""
    户籍人口 法人登记 婚姻登记 机动车 学历学位 医疗机构 药品经营 建设项目 水文监测 就业登记 失业登记 工伤认定
    残疾人 低保对象 律师执业 公证办理 司法鉴定 林权登记 水库大坝 农村公路 道路运输 船舶登记 港口经营 旅行社
    文物保护 图书出版 体育场馆 气象观测 地震台站 森林防火 耕地保护 矿产资源 测绘成果 土地出让 房屋租赁 物业服务
    城镇燃气 供水排水 垃圾分类 园林绿化 市政设施 危险废物 环境空气 噪声监测 核与辐射 节能审查 价格监测 粮食储备
    民办学校 幼儿园 教师资格 考试报名 科技项目 专利授权 高新技术 技术合同 外商投资 进出口 口岸通关 电子商务
    税务登记 纳税信用 发票领用 政府采购 招标投标 国有资产 统计调查 人口普查 经济普查 行政处罚 行政许可 信访事项
""")
KINDS = _words("登记信息 基本信息 变更信息 注销信息 许可信息 统计信息 监测信息 名录 台账 明细 目录信息 办理结果信息")
COMMON_ITEMS = _words("""
    姓名 证件号码 证件类型 性别 出生日期 联系电话 住所 经营范围 法定代表人 成立日期 登记机关 登记日期 有效期起
    有效期止 行政区划代码 状态 备注 更新时间 批准文号 发证机关 发证日期 证书编号 项目名称 项目编号 金额 数量
    单位名称 企业名称 企业类型 注册资本 经度 纬度 地址 邮政编码 负责人 社保编号 社保状态 参保日期 民族 学历
""")
OWN_ITEMS = _words("统一社会信用代码 社保编号 公民身份号码")
PLACE_SIGNS = (
    "龙凤山水江河海湖溪泉石岩岭峰谷坪坡坝塘村寨屯镇乡田园林松柏竹梅兰菊桂荔榕棉金银铜铁"
    "玉珠云霞雪霜东南西北中上下大小新古平安福寿康宁和顺永兴隆昌盛"
)
PINYIN = _words("gongjijin weihuapin budongchan shipinjingying tzsb jzgd pwxk gjj dengjixinxi qylongshan")


def word_lists(seed: int = 4) -> tuple[list[str], list[str]]:
    """Names of places that stand in few titles, and titles of items with the commonest first."""
    chance = random.Random(seed)
    places = sorted({"".join(chance.choices(PLACE_SIGNS, k=3)) for _ in range(9_000)})
    chance.shuffle(places)
    items = list(COMMON_ITEMS)
    for subject, kind in itertools.product(SUBJECTS, ("编号", "名称", "类别", "等级", "日期", "机构", "数量", "结果")):
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
        self.columns = {title: f"{_pinyin(title)[1]}_{n}" for n, title in enumerate([*self.items, *OWN_ITEMS])}

    def resource(self, number: int) -> tuple[Any, ...]:
        """Columns of `catalogue_resource`, and the items' titles last."""
        chance = self.chance
        leaf, section = self.leaves[number % len(self.leaves)]
        provider, provider_title = self.providers[number % len(self.providers)]
        subject = chance.choice(SUBJECTS)
        if chance.random() < 0.25:
            subject = chance.choice(MIDDLE_WORDS)
        parts = ("企业" if chance.random() < 0.3 else "", chance.choice(self.places), subject, chance.choice(KINDS))
        own = "统一社会信用代码" if chance.random() < 0.5 else chance.choice(("社保编号", "公民身份号码"))
        titles = list(dict.fromkeys([own, *chance.choices(self.items, cum_weights=self.weights, k=ITEMS + 2)]))[:ITEMS]
        summary = (
            f"由{provider_title}在办理{subject}业务中形成，反映{chance.choice(self.places)}一带{subject}的情况，"
            f"每{chance.choice('年月周日')}更新，供各部门核对{chance.choice(SUBJECTS)}时使用。"
        )
        code = f"{section}/{number}"
        kind = 1 + (number % 10 >= 6) + (number % 100 == 99)
        at = BEGAN + timedelta(minutes=3 * chance.randrange(1_000_000), microseconds=number)
        return (leaf, code, number, at, parts, provider, provider_title, summary, kind, titles)


def batches(rows: Rows, count: int) -> Iterator[list[tuple[Any, ...]]]:
    for first in range(1, count + 1, BATCH):
        yield [rows.resource(number) for number in range(first, min(first + BATCH, count + 1))]


_RESOURCE_COLUMNS = _words("""
    id classification_id code sequence_no published_on title provider_uscc summary formats format_groups sharing_type
    use_purposes sharing_condition sharing_scope legal_bases sharing_methods open open_condition update_cycle level
    state version approved_at published_at mounted_at search_text
""")
_ITEM_COLUMNS = _words("resource_id position title column_name data_type key")


def copy_statement(model: Any, written: Iterable[str]) -> tuple[str, str]:
    """The COPY of these columns and of those that may not be NULL, and the end of each line that fills the latter.

    A column that the model gets later is filled with the model's own default, so that this need not know of it.
    """
    names = list(written)
    others = [
        field
        for field in model._meta.concrete_fields
        if field.column not in names and not field.null and not field.primary_key
    ]
    columns = ", ".join([*names, *(field.column for field in others)])
    return (
        f"COPY {model._meta.db_table} ({columns}) FROM STDIN",
        "".join(f"\t{_default(field)}" for field in others) + "\n",
    )


def _default(field: Any) -> str:
    value = field.get_default()
    if isinstance(value, list | dict):
        assert not value, f"{field} begins with something in it"
        return "[]" if field.get_internal_type() == "JSONField" and isinstance(value, list) else "{}"
    assert value is not None, f"{field} has no default: write it"
    return str(value)


def lay_down(connection: Any, count: int = RESOURCES) -> None:
    """Fill the catalogue's tables; what keeps the search in step is switched off meanwhile, as for a restored copy."""
    from jutong.registry.organisations import api as organisations
    from jutong.registry.organisations.models import Organisation
    from jutong.supply.catalogue.models import Classification, DataItem, Resource

    first, _ = Classification.objects.get_or_create(code="3", defaults={"grade": 1, "name": "部门类"})
    second, _ = Classification.objects.get_or_create(code="399", defaults={"grade": 2, "name": "其他", "parent": first})
    leaves = [
        Classification.objects.create(code=f"399{n + 500:03d}", grade=3, name=f"部门{n}", parent=second)
        for n in range(1, 200)
    ]
    usccs = list(Organisation.objects.order_by("pk").values_list("uscc", flat=True))
    providers = sorted(organisations.titles(usccs).items())
    rows = Rows([(leaf.pk, leaf.code) for leaf in leaves], providers)
    copy_resources, resource_end = copy_statement(Resource, _RESOURCE_COLUMNS)
    copy_items, item_end = copy_statement(DataItem, _ITEM_COLUMNS)
    item_lines = {title: f"{title}\t{column}\tC(50)\tf{item_end}" for title, column in rows.columns.items()}
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalogue_resource DISABLE TRIGGER catalogue_search_keep")
        for batch in batches(rows, count):
            with cursor.copy(copy_resources) as copy:
                for row in batch:
                    copy.write((_resource_line(row, rows) + resource_end).encode())
            with cursor.copy(copy_items) as copy:
                for row in batch:
                    copy.write(
                        "".join(f"{row[2]}\t{n}\t{item_lines[title]}" for n, title in enumerate(row[-1])).encode()
                    )
        # Rows whose references are still to be checked keep a table from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
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
        f"{number}\t{leaf}\t{code}\t{number}\t{at.date()}\t{title}\t{provider}\t{summary}\t{{database:MySQL}}\t"
        f"{{database}}\t{kind}\t{{query}}\t{condition}\t{condition}\t{basis}\t{{}}\t{opened}\t"
        f"{'无附加条件' if opened else ''}\t{1 + number % 6}\tregional\tpublished\t1\t{at}\t{at}\t"
        f"{at if number % 3 else _NULL}\t{_LINE_END.join(map(_folded, words))}"
    )


_NULL, _LINE_END = "\\N", "\\n"


@functools.lru_cache(maxsize=100_000)
def _folded(line: str) -> str:
    from jutong.supply.catalogue import domain

    return domain.fold(line)


@functools.lru_cache(maxsize=100_000)
def _pinyin(part: str) -> list[str]:
    from jutong.supply.catalogue import domain

    return domain.pinyin_lines(part)


def main() -> None:
    """Record the figures of search. `SEARCH_FOLDER` names a folder to keep the million in, for a second run.

    `SEARCH_RECALL_TEXTS` bounds from how many texts pairs are cut for recall: each is counted whole, which takes long.
    """
    kept = os.environ.get("SEARCH_FOLDER", "")
    folder = kept or tempfile.mkdtemp(prefix="search-bench-", dir="/tmp")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("JUTONG_")}
    environment |= {"JUTONG_DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "jutong.config.settings"}
    inside = [sys.executable, "-m", "tests.benchmarks.search", "inside"]
    try:
        subprocess.run(inside, cwd=CHECKOUT, env=environment, check=True)
    finally:
        if not kept:
            shutil.rmtree(folder, ignore_errors=True)


def _inside() -> None:
    import django

    from jutong.config.embedded import EmbeddedServer
    from jutong.config.environment import environment

    # As an operator has it: durable, with the settings the platform gives its server.
    server = EmbeddedServer(environment().postgres_dir)
    server.start()
    try:
        django.setup()
        _prepare()
        measure()
    finally:
        server.stop()


def _prepare() -> None:
    from django.core.management import call_command
    from django.db import connection

    from jutong.kernel import clock
    from jutong.supply.catalogue import services
    from jutong.supply.catalogue.models import Resource, SearchEntry, SearchShare
    from tests.support.register import lay_down_small_register

    call_command("migrate", verbosity=0, interactive=False)
    if not Resource.objects.exists():
        lay_down_small_register(clock.now())
        began = time.monotonic()
        lay_down(connection)
        print(f"{RESOURCES:,} resources laid down in {time.monotonic() - began:.0f} s")
    if SearchEntry.objects.count() != Resource.objects.count() or not SearchShare.objects.exists():
        began = time.monotonic()
        services.rebuild(anew=True)
        figures.record("search.build_s", round(time.monotonic() - began), "s")
    for relation, bytes_ in _sizes(connection):
        print(f"{relation:32} {bytes_ / 1e6:10,.0f} MB")
        figures.record(f"search.{relation.removeprefix('catalogue_search')}_mb", round(bytes_ / 1e6), "MB")


def _sizes(connection: Any) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_relation_size(oid) FROM pg_class"
            " WHERE relname IN ('catalogue_searchentry', 'catalogue_search_in_words', 'catalogue_search_in_title',"
            " 'catalogue_search_newest') ORDER BY 1"
        )
        return cursor.fetchall()


# --- Measuring -------------------------------------------------------------------------------------------------------


def questions(count: int = RESOURCES) -> dict[str, list[str]]:
    """A third rare, a third in about a twentieth, a third the commonest; codes and pinyin beside them."""
    chance = random.Random(7)
    places, _ = word_lists()
    return {
        "rare": chance.sample(places, 40),
        "middle": [*MIDDLE_WORDS * 4],
        "common": [*COMMON_WORDS * 10],
        "codes": [f"399{501 + n % 199:03d}/{n:06d}" for n in chance.sample(range(1, count), 10)],
        "pinyin": [*PINYIN],
    }


def measure() -> None:
    """Every figure, warm: each question is asked once before it is measured."""
    from jutong.kernel.policy import Post, Subject
    from jutong.supply.catalogue import queries

    subject = Subject("P1", Post.BUREAU_REVIEWER, "11450000MB0000013R", "")
    load = os.getloadavg()[0]
    pages: dict[str, list[float]] = {}
    facets: list[float] = []
    work: dict[str, list[float]] = {"page": [], "facets": []}
    busy = _busy()
    for kind, words in questions().items():
        for word in dict.fromkeys(words):
            queries.page(queries.prepare(subject, queries.Search(text=word)))
            queries.tally(queries.prepare(subject, queries.Search(text=word)))
        for word in words:
            asked = queries.Search(text=word)
            began = busy()
            pages.setdefault(kind, []).append(
                _milliseconds(lambda asked=asked: queries.page(queries.prepare(subject, asked)))
            )
            between = busy()
            facets.append(_milliseconds(lambda asked=asked: queries.tally(queries.prepare(subject, asked))))
            work["page"].append(between - began)
            work["facets"].append(busy() - between)
        print(f"{kind:8} page median {statistics.median(pages[kind]):6.1f} ms, 95% {_p95(pages[kind]):6.1f} ms")
    every = [each for taken in pages.values() for each in taken]
    unasked = queries.Search()
    queries.totals(subject)
    first = [
        _milliseconds(
            lambda: (
                queries.page(queries.prepare(subject, unasked)),
                queries.tally(queries.prepare(subject, unasked)),
                queries.totals(subject),
            )
        )
        for _ in range(40)
    ]
    print(
        f"facets 95% {_p95(facets):.1f} ms, first page 95% {_p95(first):.1f} ms,"
        f" load {load:.1f} to {os.getloadavg()[0]:.1f}"
    )
    for what, taken in work.items():
        print(f"{what}: processor time of portal and database, 95% {_p95(taken):.1f} ms")
        figures.record(f"search.{what}_p95_work_ms", round(_p95(taken), 1), "ms of processor time", tried=len(taken))
    p95 = _p95(every)
    figures.record("search.p95_ms", round(p95, 1), "ms", tried=len(every), failed=0)
    figures.record("search.facets_p95_ms", round(_p95(facets), 1), "ms", tried=len(facets), failed=0)
    figures.record("search.first_page_p95_ms", round(_p95(first), 1), "ms", tried=len(first), failed=0)
    tried, missed = recall(subject, texts=int(os.environ.get("SEARCH_RECALL_TEXTS", 25)))
    figures.record("search.recall", 1 - missed / tried, "share", tried=tried, failed=missed)
    beside({"page": every, "facets": facets})


def _busy() -> Callable[[], float]:
    """Tells the processor time that this process and its database session have used: it does not grow with the load."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        spent = Path(f"/proc/{cursor.fetchone()[0]}/schedstat")
    return lambda: time.process_time() * 1000 + int(spent.read_text().split()[0]) / 1e6


def _milliseconds(ask: Any) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _p95(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=20)[-1]


def recall(subject: Any, count: int = RESOURCES, texts: int = 25, cuts: int = 4) -> tuple[int, int]:
    """Two neighbouring characters cut out of entries by chance: is what a scan of all texts finds found, and no more?

    Asked of what the index gives, without the road through the newest entries; gives how many were tried and missed.
    """
    from django.db import connection

    from jutong.supply.catalogue import models, queries

    chance = random.Random(9)
    pairs: list[str] = []
    for number in chance.sample(range(1, count + 1), texts):
        words = models.SearchEntry.objects.get(pk=number).words
        whole = [words[at : at + 2] for at in range(len(words) - 1) if not any(map(str.isspace, words[at : at + 2]))]
        pairs += chance.sample(whole, cuts)
    pairs = list(dict.fromkeys(pairs))
    scanned = dict.fromkeys(pairs, 0)
    for words in models.SearchEntry.objects.values_list("words", flat=True).iterator(chunk_size=5_000):
        for pair in pairs:
            scanned[pair] += pair in words
    missed = 0
    with connection.cursor() as cursor:
        # A bitmap that does not fit has every row of its pages looked at again, which takes a minute a pair.
        cursor.execute("SET work_mem = '256MB'")
    for pair in pairs:
        found = queries.search.by_index(subject, queries.Search(text=pair)).count()
        if found < scanned[pair]:
            missed += 1
            print(f"recall: {pair!r} is in {scanned[pair]}, found {found}")
    return len(pairs), missed


def beside(taken: dict[str, list[float]]) -> None:
    """The same questions asked of Tantivy in the same run."""
    from tests.support.search_peer import Peer

    with tempfile.TemporaryDirectory(prefix="search-peer-", dir="/tmp") as folder:
        began = time.monotonic()
        peer = Peer(Path(folder))
        figures.record("search.peer_build_s", round(time.monotonic() - began), "s", baseline=PEER)
        figures.record("search.peer_mb", round(peer.size_bytes / 1e6), "MB", baseline=PEER)
        jobs = {"page": peer.page, "facets": peer.tally}
        for name, job in jobs.items():
            theirs = [_warm_milliseconds(job, word) for words in questions().values() for word in words]
            ours = _p95(taken[name])
            print(f"tantivy, {name}: median {statistics.median(theirs):.1f} ms, 95% {_p95(theirs):.1f} ms")
            figure = "search.vs_tantivy" if name == "page" else f"search.{name}_vs_tantivy"
            figures.record(figure, round(ours, 1), "ms", baseline=PEER, ratio=round(ours / _p95(theirs), 2))


def _warm_milliseconds(job: Callable[[str], Any], word: str) -> float:
    job(word)
    return _milliseconds(lambda: job(word))


if __name__ == "__main__" and sys.argv[1:] == ["inside"]:
    _inside()
