"""Invented regions in which it is known what is collected twice: the labelled benchmark of duplicates.

Every place (the region and its cities) has departments that keep resources of their own; some keep a copy of what
another department collects first. A copy is renamed, split, recoded, shortened and added to, and its words are chosen
here, without the platform's list of synonyms: about a third of them that list does not know. Beside the copies stand
resources that look like one and are none: one form filled in for many trades, other facts about the same thing, other
persons in the same columns.
"""

from dataclasses import dataclass, field
from random import Random

import numpy as np
from pypinyin import Style, lazy_pinyin

from jutong.supply.duplicates.domain import sketches
from jutong.supply.duplicates.domain.matching import Item

MODIFIERS = [
    "农村",
    "城镇",
    "城市",
    "乡镇",
    "海洋",
    "内河",
    "山区",
    "边境",
    "民族",
    "公共",
    "民用",
    "工业",
    "商业",
    "农业",
    "林业",
    "渔业",
    "畜牧",
    "水利",
    "电力",
    "交通",
    "道路",
    "铁路",
    "航空",
    "港口",
    "旅游",
    "文化",
    "体育",
    "教育",
    "职业",
    "高等",
    "学前",
    "特殊",
    "医疗",
    "卫生",
    "中医",
    "妇幼",
    "疾控",
    "药品",
    "食品",
    "粮食",
    "饮用",
    "节能",
    "环保",
    "新型",
    "大型",
    "小型",
    "民营",
    "国有",
    "外商",
    "个体",
    "家庭",
    "社区",
    "青年",
    "老年",
    "退役",
    "残疾",
    "困难",
    "留守",
    "流动",
]
NOUNS = [
    "渔船",
    "车辆",
    "船舶",
    "航道",
    "码头",
    "桥梁",
    "隧道",
    "公路",
    "车站",
    "机场",
    "油库",
    "加油站",
    "锅炉",
    "电梯",
    "起重机",
    "压力容器",
    "矿山",
    "尾矿库",
    "采石场",
    "砖厂",
    "林地",
    "林木",
    "苗圃",
    "耕地",
    "果园",
    "茶园",
    "养殖场",
    "屠宰场",
    "兽药店",
    "种子",
    "农药",
    "化肥",
    "水库",
    "堤防",
    "泵站",
    "水井",
    "河道",
    "灌区",
    "污水厂",
    "垃圾场",
    "排污口",
    "危废库",
    "辐射源",
    "学校",
    "幼儿园",
    "校车",
    "宿舍",
    "食堂",
    "医院",
    "诊所",
    "药店",
    "血站",
    "医师",
    "护士",
    "药师",
    "教师",
    "律师",
    "会计师",
    "建造师",
    "导游",
    "驾驶员",
    "船员",
    "保安",
    "厨师",
    "企业",
    "商户",
    "市场",
    "超市",
    "宾馆",
    "网吧",
    "影院",
    "剧场",
    "景区",
    "文物",
    "古树",
    "寺观",
    "出版物",
    "印刷厂",
    "广告牌",
    "商标",
    "专利",
    "合同",
    "项目",
    "工程",
    "工地",
    "楼盘",
    "房屋",
    "公租房",
    "危房",
    "物业",
    "小区",
    "停车场",
    "燃气站",
    "管网",
    "路灯",
    "公园",
    "墓地",
    "养老院",
    "福利院",
    "救助站",
    "孤儿",
    "低保户",
    "特困户",
    "优抚对象",
    "军人",
    "志愿者",
    "社团",
    "基金会",
    "合作社",
    "家庭农场",
    "土地",
    "宗地",
    "海域",
    "海岛",
    "矿权",
    "测绘点",
    "气象站",
    "地震台",
    "雷达",
    "基站",
    "网站",
    "系统",
    "光缆",
    "快递点",
    "仓库",
    "冷库",
    "粮库",
    "糖厂",
    "酒厂",
    "烟草店",
    "盐场",
]
DEEDS: dict[str, tuple[str, ...]] = {
    "登记": ("登记编号", "登记日期", "登记机关", "登记类型", "变更次数", "注销日期"),
    "许可": ("许可证编号", "许可内容", "发证机关", "发证日期", "有效期止", "许可状态"),
    "处罚": ("处罚决定书文号", "违法事实", "处罚种类", "罚款金额", "处罚机关", "处罚日期"),
    "检查": ("检查任务编号", "检查日期", "检查人员", "检查结果", "整改期限", "复查结论"),
    "补贴": ("补贴项目", "补贴标准", "补贴金额", "发放日期", "开户银行", "发放批次"),
    "培训": ("培训班名称", "培训机构", "培训学时", "考核成绩", "结业日期", "合格证编号"),
    "年检": ("年检年度", "年检结果", "年检日期", "不合格原因", "下次年检日期", "年检机构"),
    "投诉": ("投诉编号", "投诉内容", "投诉日期", "办理单位", "办理结果", "满意程度"),
}
ATTRIBUTES = [
    "名称",
    "编号",
    "规格",
    "型号",
    "面积",
    "长度",
    "吨位",
    "功率",
    "容量",
    "数量",
    "产量",
    "价值",
    "等级",
    "用途",
    "材质",
    "结构",
    "年代",
    "产地",
    "品种",
    "来源",
    "权属",
    "坐落",
    "经度",
    "纬度",
    "管护责任人",
    "建成日期",
    "投用日期",
    "报废日期",
    "改造日期",
    "主管单位",
    "维护单位",
    "安全等级",
    "风险等级",
    "运行状态",
    "使用性质",
    "服务半径",
    "年均成本",
]
PERSON = ("姓名", "公民身份号码", "性别", "民族", "出生日期", "手机号码", "住址", "学历", "政治面貌", "婚姻状况")
COMPANY = ("企业名称", "统一社会信用代码", "法定代表人", "注册地址", "联系电话", "成立日期", "注册资本", "经营范围")

SAME = {
    "姓名": ("人员姓名", "名字", "本人姓名"),
    "公民身份号码": ("身份证号", "身份证号码", "居民身份证号", "证件号"),
    "性别": ("性别代码", "男女"),
    "民族": ("族别", "民族代码"),
    "出生日期": ("出生年月日", "生日", "出生时间"),
    "手机号码": ("手机号", "移动电话", "本人电话"),
    "住址": ("家庭住址", "居住地址", "现居地"),
    "学历": ("文化程度", "最高学历", "学历层次"),
    "政治面貌": ("政治身份", "是否党员"),
    "婚姻状况": ("婚姻状态", "婚否"),
    "企业名称": ("单位名称", "公司名称", "主体名称", "商号"),
    "统一社会信用代码": ("社会信用代码", "信用代码", "机构代码"),
    "法定代表人": ("法人代表", "负责人姓名", "法人"),
    "注册地址": ("住所", "登记住所", "经营场所地址"),
    "联系电话": ("电话", "联系方式", "座机"),
    "成立日期": ("设立日期", "注册时间", "开业日期"),
    "注册资本": ("注册资金", "资本总额"),
    "经营范围": ("业务范围", "主营业务"),
}
"""Other names in use, some known to the platform's list and some not."""

WORDS = {
    "编号": ("号码", "编码", "序号"),
    "日期": ("时间", "年月日", "日"),
    "机关": ("单位", "部门", "机构"),
    "金额": ("数额", "款额", "额度"),
    "结果": ("结论", "情况"),
    "类型": ("类别", "种类"),
    "名称": ("名", "全称"),
    "状态": ("情况", "状况"),
    "单位": ("部门", "机构"),
    "人员": ("人", "工作人员"),
    "标准": ("额度", "定额"),
    "面积": ("占地", "大小"),
    "数量": ("个数", "总数"),
    "内容": ("事项", "详情"),
    "等级": ("级别", "分级"),
    "坐落": ("位置", "所在地"),
    "发放": ("拨付", "支付"),
    "用途": ("用处", "使用方向"),
}
TITLE_WORDS = {
    "登记": ("注册", "备案"),
    "许可": ("审批", "准予"),
    "处罚": ("罚没", "处分"),
    "检查": ("巡查", "督查"),
    "补贴": ("补助", "奖补"),
    "培训": ("教育培训", "轮训"),
    "年检": ("年审", "年度检验"),
    "投诉": ("举报", "诉求"),
}
ENDINGS = ("信息", "数据", "明细表", "台账", "基本信息", "清单", "")
SPLITS = {
    "住址": ("住址省", "住址市", "住址详细地址"),
    "注册地址": ("注册地址（市）", "注册地址（县区）", "注册地址门牌号"),
    "姓名": ("姓", "名"),
    "坐落": ("坐落市", "坐落县", "坐落乡镇"),
    "发放日期": ("发放年份", "发放月份"),
    "登记日期": ("登记年", "登记月", "登记日"),
}
ENGLISH = {
    "姓名": "name",
    "公民身份号码": "id_card",
    "性别": "sex",
    "手机号码": "mobile",
    "住址": "address",
    "企业名称": "ent_name",
    "统一社会信用代码": "uscc",
    "法定代表人": "legal_person",
    "联系电话": "tel",
}
MANY_VALUES = {"公民身份号码", "手机号码", "统一社会信用代码", "企业名称", "联系电话"}


@dataclass
class Entry:
    """A resource of the region, with what each of its items means; `meanings` agree where items are the same datum."""

    code: str
    provider: str
    place: str
    title: str
    basis: str
    items: list[Item]
    meanings: list[str]


@dataclass
class TwiceTold:
    """A region with its truth: `pairs` of resource codes that hold the same data, each with its pairs of items."""

    entries: list[Entry] = field(default_factory=list)
    pairs: dict[tuple[str, str], set[tuple[int, int]]] = field(default_factory=dict)

    @property
    def items(self) -> int:
        return sum(len(entry.items) for entry in self.entries)


def make(*, places: int, resources: int, seed: int, departments: int = 50, copied: float = 0.08) -> TwiceTold:
    """A region of so many places, each with about so many resources, `copied` of which another department keeps too."""
    world = TwiceTold()
    for number in range(places):
        _Author(Random(f"{seed}/{number}"), np.random.default_rng([seed, number]), f"{number:02d}", world).write(
            resources, departments, copied
        )
    return world


class _Author:
    """Writes the resources of one place."""

    def __init__(self, chance: Random, values: np.random.Generator, place: str, world: TwiceTold):
        self.chance, self.values, self.place, self.world = chance, values, place, world
        # One population and one register of companies a place: other resources are about the same people.
        self.universe = {
            kind: np.sort(values.integers(0, 1 << sketches.HASH_BITS, size, dtype=np.uint64))
            for kind, size in (("person", 60_000), ("company", 20_000))
        }
        self.number = 0
        self.used: set[tuple[str, str, str]] = set()

    def write(self, resources: int, departments: int, copied: float) -> None:
        providers = [f"{self.place}D{number:03d}" for number in range(departments)]
        while self.number < resources:
            entry, crowd = self._original(self.chance.choice(providers))
            if self.chance.random() >= copied:
                continue
            others = [provider for provider in providers if provider != entry.provider]
            copies = [self._copy(entry, crowd, provider) for provider in self.chance.sample(others, self._copies())]
            family = [entry, *copies]
            for position, one in enumerate(family):
                for other in family[position + 1 :]:
                    self.world.pairs[one.code, other.code] = {
                        (i, j)
                        for i, meaning in enumerate(one.meanings)
                        for j, same in enumerate(other.meanings)
                        if meaning == same
                    }

    def _copies(self) -> int:
        return 2 if self.chance.random() < 0.2 else 1

    # --- Originals ---------------------------------------------------------------------------------------------------

    def _original(self, provider: str) -> "tuple[Entry, np.ndarray | None]":
        chance = self.chance
        # What two departments keep about the very same subject is the same data: such a pair would be mislabelled.
        while (subject := (chance.choice(MODIFIERS), chance.choice(NOUNS), chance.choice(list(DEEDS)))) in self.used:
            pass
        self.used.add(subject)
        modifier, noun, deed = subject
        about = chance.choice(["person", "company", "company", "thing"])
        base = {"person": PERSON, "company": COMPANY, "thing": ()}[about]
        titles = chance.sample(base, min(len(base), chance.randint(3, 6)))
        titles += chance.sample(DEEDS[deed], chance.randint(3, 6))
        attributes = chance.sample(ATTRIBUTES, chance.randint(2, 5) if base else chance.randint(4, 7))
        titles += [f"{noun}{attribute}" for attribute in attributes]
        crowd = None
        if about != "thing" and chance.random() < 0.4:
            crowd = self._crowd(about)
        style = chance.choice(["initials", "initials", "english", "pinyin"])
        ending = chance.choice(ENDINGS)
        basis = f"{noun}管理条例" if chance.random() < 0.5 else f"{modifier}{noun}{deed}办法"
        entry = self._entry(provider, f"{modifier}{noun}{deed}{ending}", basis)
        for title in titles:
            self._add(entry, title, title, column_of(title, style, len(entry.items)), kind_of(title), crowd, 1.0)
        return entry, crowd

    def _crowd(self, about: str) -> "np.ndarray":
        everybody = self.universe[about]
        return self.values.choice(everybody, self.chance.randint(200, 3000), replace=False)

    # --- Copies ------------------------------------------------------------------------------------------------------

    def _copy(self, entry: Entry, crowd: "np.ndarray | None", provider: str) -> Entry:
        chance = self.chance
        copy = self._entry(provider, self._retitled(entry.title), entry.basis if chance.random() < 0.5 else "")
        style = chance.choice(["initials", "initials", "english", "pinyin", "numbered"])
        nameless = chance.random() < 0.1
        if crowd is not None and chance.random() < 0.25:
            crowd = None
        for item, meaning in zip(entry.items, entry.meanings, strict=True):
            if chance.random() < 0.18:
                continue
            if item.title in SPLITS and chance.random() < 0.4:
                for part in SPLITS[item.title]:
                    self._add(copy, meaning, part, column_of(part, style, len(copy.items)), "C(50)", None, 0)
                continue
            title = self._renamed(item.title) if chance.random() < 0.55 else item.title
            column = column_of(item.title, style, len(copy.items))
            if nameless and style != "numbered":
                title = column
            recoded = chance.random() < 0.15
            share = 0.0 if recoded and chance.random() < 0.3 else chance.uniform(0.6, 1.0)
            self._add(copy, meaning, title, column, "N(20)" if recoded else item.data_type, crowd, share)
        for attribute in chance.sample(ATTRIBUTES, chance.randint(0, 3)):
            title = f"{chance.choice(NOUNS)}{attribute}"
            self._add(copy, f"{copy.code}:{title}", title, column_of(title, style, len(copy.items)), "C(50)", None, 0)
        return copy

    def _retitled(self, title: str) -> str:
        chance = self.chance
        for ending in sorted(ENDINGS, key=len, reverse=True):
            if ending and title.endswith(ending):
                title = title[: -len(ending)]
                break
        if chance.random() < 0.6:
            for deed, others in TITLE_WORDS.items():
                title = title.replace(deed, chance.choice(others))
        if chance.random() < 0.3:
            title = title[2:]
        if chance.random() < 0.3:
            title = "全区" + title
        return title + chance.choice(ENDINGS)

    def _renamed(self, title: str) -> str:
        chance = self.chance
        if title in SAME and chance.random() < 0.9:
            return chance.choice(SAME[title])
        way = chance.random()
        if way < 0.6:
            for word, others in WORDS.items():
                if word in title:
                    return title.replace(word, chance.choice(others))
        if way < 0.75:
            return title + chance.choice(["（中文）", "全称", "（必填）"])
        if way < 0.9:
            return chance.choice(["填报", "本人", "申请", "当前"]) + title
        return title

    # --- Writing down ------------------------------------------------------------------------------------------------

    def _entry(self, provider: str, title: str, basis: str) -> Entry:
        self.number += 1
        entry = Entry(f"{self.place}/{self.number}", provider, self.place, title, basis, [], [])
        self.world.entries.append(entry)
        return entry

    def _add(
        self, entry: Entry, meaning: str, title: str, column: str, kind: str, crowd: "np.ndarray | None", share: float
    ) -> None:
        sketch = None
        if crowd is not None and meaning in MANY_VALUES:
            known = crowd[self.values.random(len(crowd)) < share] if share else np.zeros(0, np.uint64)
            if share < 1.0:
                news = self.values.integers(0, 1 << sketches.HASH_BITS, max(60, len(crowd) // 8), dtype=np.uint64)
                known = np.concatenate([known, news])
            # Each column hashes its own values: the same person has another hash in another column.
            salted = (known * np.uint64(2654435761) + np.uint64(hash_of(meaning))) % np.uint64(1 << sketches.HASH_BITS)
            sketch = sketches.padded(np.unique(salted).tolist())
        entry.items.append(Item(title, column, kind, sketch))
        entry.meanings.append(meaning)


def hash_of(text: str) -> int:
    return sum(ord(character) * 7919**place for place, character in enumerate(text)) % (1 << 31)


def kind_of(title: str) -> str:
    return "D" if title.endswith("日期") else "N(12,2)" if title.endswith("金额") else "C(100)"


def column_of(title: str, style: str, position: int) -> str:
    if style == "english" and title in ENGLISH:
        return ENGLISH[title]
    if style == "numbered":
        return f"c{position + 1}"
    syllables = lazy_pinyin(title, style=Style.NORMAL, errors="ignore")
    return "".join(syllables) if style == "pinyin" else "".join(s[0] for s in syllables)
