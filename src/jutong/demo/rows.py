"""Rows of the departments' own databases: invented people and firms, with the dirt that real registers have.

Citizen numbers and credit codes check, but bear region codes that were never given out (4599xx), so that none is
anybody's. People and firms are the same in all tables. Columns are made whole, one after another, because that is an
order of magnitude quicker than row by row; one seed makes the same rows again.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from random import Random

from jutong.kernel.codes.citizen_no import check_character
from jutong.kernel.codes.data_types import TypeLetter
from jutong.kernel.codes.uscc import complete
from jutong.supply.catalogue.values import Content, DataItem

SEED = 20190827
PEOPLE = 70_000
FIRMS = 40_000

Column = list[str | None]

_SURNAMES = "韦黄覃李陆梁蒙罗莫农陈何卢潘廖苏谢甘唐周杨刘吴邓蓝玉班岑石兰"
_GIVEN = "明华丽芳强军伟敏静秀英杰燕玲峰海林云桂兰春梅志勇建国文武思远雨欣子涵家豪晓东嘉怡浩然"
_CITIES = ("南宁市", "柳州市", "桂林市", "梧州市", "北海市", "防城港市", "钦州市",
           "贵港市", "玉林市", "百色市", "贺州市", "河池市", "来宾市", "崇左市")  # fmt: skip
_REGIONS = tuple(f"45{number:02d}00" for number in range(1, 15))
_STREETS = ("青竹大道", "云岭路", "画眉街", "木棉巷", "长桥路", "新渡口街", "榕荫路", "白沙洲路", "松坡里", "月湖东路")
_TRADES = ("商贸", "建材", "食品", "农业科技", "物流", "电子", "药业", "木业", "文化传媒", "餐饮管理", "信息技术")
_BRANDS = "云杉晨曦青禾远帆瑞丰长河锦程嘉禾鼎新百川恒泰启明金穗"
_NATIONS = ("01", "08", "01", "08", "15", "05", "13", "12")
_SCOPES = ("日用百货销售；农副产品收购与销售", "建筑材料批发；普通货物道路运输", "软件开发；信息系统集成服务",
           "食品生产；预包装食品销售", "餐饮服务；会议及展览服务", "木材加工；家具制造与销售")  # fmt: skip
_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_CODES = re.compile(r"(?:^|\s)([0-9A-Z]{1,6})(?=[\u4e00-\u9fff])")
_STANDARD_CODES = {
    "GB/T 2261.1": ("1", "2"), "GB/T 3304": _NATIONS, "GB/T 4658": ("10", "20", "30", "60", "70", "80", "90"),
    "GB/T 4761": ("01", "10", "20", "30", "51", "52"), "GB/T 12406": ("CNY",), "GB/T 2659": ("156",),
    "GB/T 4754": ("C", "F", "G", "H", "I", "L"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Dirt:
    """Shares of values that are wrong, missing, or days that nobody can read for sure."""

    wrong: float
    missing: float
    unreadable: float

    @classmethod
    def of(cls, dirtiness: float, days: int) -> "_Dirt":
        """So much dirt as departments differ in it; rows with an unreadable day stay below what stops a run."""
        return cls(0.015 * dirtiness, 0.015 * dirtiness, 0.008 * min(dirtiness, 2.5) / max(1, days))


_DIRTINESS = (0.5, 2, 6, 12, 20, 30)


@dataclass(frozen=True, slots=True)
class Register:
    """The people and firms of the region, by place: what stands at one index belongs to one of them."""

    numbers: tuple[str, ...]
    names: tuple[str, ...]
    sexes: tuple[str, ...]
    births: tuple[str, ...]
    homes: tuple[str, ...]
    firm_codes: tuple[str, ...]
    firm_names: tuple[str, ...]


@lru_cache(maxsize=1)
def register(people: int = PEOPLE, firms: int = FIRMS) -> Register:
    """The region's people and firms."""
    random = Random(SEED)
    first = date(1935, 1, 1)
    numbers, sexes, births = [], [], []
    for place in range(people):
        born = first + timedelta(days=random.randrange(31_000))
        serial = place % 999 + 1
        body = f"4599{place // 999 % 99 + 1:02d}{born:%Y%m%d}{serial:03d}"
        numbers.append(body + check_character(body))
        sexes.append("1" if serial % 2 else "2")
        births.append(born.isoformat())
    surnames = random.choices(_SURNAMES, k=people)
    given = [random.choices(_GIVEN, k=people) for _ in range(2)]
    short = [random.random() < 0.2 for _ in range(people)]
    names = [a + b + ("" if s else c) for a, b, c, s in zip(surnames, *given, short, strict=True)]
    codes = [complete(f"91459900JT{place:06d}") for place in range(firms)]
    firm_names = [
        f"{city}{a}{b}{trade}有限公司"
        for city, a, b, trade in zip(
            random.choices(_CITIES, k=firms),
            random.choices(_BRANDS, k=firms),
            random.choices(_BRANDS, k=firms),
            random.choices(_TRADES, k=firms),
            strict=True,
        )
    ]
    homes = random.choices(_REGIONS, weights=(9, 6, 7, 4, 3, 2, 5, 6, 8, 5, 3, 5, 4, 4), k=people)
    return Register(
        tuple(numbers), tuple(names), tuple(sexes), tuple(births), tuple(homes), tuple(codes), tuple(firm_names)
    )


def table(content: Content, count: int, *, today: date) -> list[Column]:
    """Columns of a resource's table in the order of its items; keys are unique but for a few doubled rows."""
    random = Random(f"{SEED} {content.title}")
    known = register()
    # A window onto the register, shifted from table to table, so that tables overlap as real ones do.
    start = random.randrange(len(known.numbers) // 2)
    people = [(start + place) % len(known.numbers) for place in range(count)]
    firms = [(start + place) % len(known.firm_codes) for place in range(count)]
    days = sum(item.type.letter is TypeLetter.DATE for item in content.items)
    maker = _Maker(random, known, people, firms, today, _Dirt.of(random.choice(_DIRTINESS), days))
    columns = [maker.column(item) for item in content.items]
    _double(random, columns)
    return columns


def copy_text(columns: Sequence[Column]) -> bytes:
    """Rows in PostgreSQL's text format for COPY."""
    escaped = [["\\N" if value is None else value for value in column] for column in columns]
    return "".join(["\t".join(row) + "\n" for row in zip(*escaped, strict=True)]).encode()


def _double(random: Random, columns: list[Column]) -> None:
    """About one row in three hundred is there twice."""
    count = len(columns[0])
    for place in random.sample(range(count), count // 300):
        for column in columns:
            column.append(column[place])


class _Maker:
    """Makes the columns of one table."""

    def __init__(self, random: Random, known: Register, people: list[int], firms: list[int], today: date, dirt: _Dirt):
        self.random = random
        self.known = known
        self.people = people
        self.firms = firms
        self.count = len(people)
        self.today = today
        self.dirt = dirt

    def column(self, item: DataItem) -> Column:
        made = self._clean(item)
        if not item.key:
            # What must be filled is filled somehow, in old systems with a blank.
            empty = None if item.nullable else " "
            for place in self._some(self.dirt.missing):
                made[place] = empty
        return self._cut(made, item)

    def _clean(self, item: DataItem) -> Column:
        special = self._by_meaning(item)
        if special is not None:
            return special
        codes = tuple(_CODES.findall(item.note)) or _STANDARD_CODES.get(item.code_list, ())
        if codes and item.type.letter is TypeLetter.TEXT:
            # The first code is the ordinary case; now and then one stands there that no list knows.
            return self._choose(
                (*codes, "?"), weights=(70, *([30 / len(codes)] * (len(codes) - 1)), 100 * self.dirt.wrong / 4)
            )
        return self._by_type(item)

    def _by_meaning(self, item: DataItem) -> Column | None:
        title = item.title
        if item.identifier == "citizen_no" or (item.identifier == "person" and "证件号码" in title):
            return self._citizen_numbers()
        if item.identifier == "uscc":
            return self._of_firms(self.known.firm_codes) if "机关" not in title else self._choose((_OFFICE,))
        if "行政区划" in title or title.endswith(("所在市代码", "登记机关代码")):
            return self._choose(_REGIONS)
        if title.endswith("性别代码"):
            return [self.known.sexes[place] for place in self.people]
        if title == "出生日期":
            return self._days([self.known.births[place] for place in self.people])
        for words, make in self._MEANINGS:
            if any(word in title for word in words):
                return make(self)
        return None

    def _by_type(self, item: DataItem) -> Column:
        letter = item.type.letter
        if letter is TypeLetter.DATE:
            return self._days(self._past_days(4_000))
        if letter is TypeLetter.MOMENT:
            return self._moments(item.key)
        if letter is TypeLetter.LOGICAL:
            return self._choose(("0", "1"), weights=(8, 2))
        if letter is TypeLetter.INTEGER:
            return self._choose(tuple(map(str, range(1, 61))))
        if letter in (TypeLetter.NUMBER, TypeLetter.MONEY):
            scale = min(item.type.scale if item.type.scale is not None else 0 if item.type.length else 2, 2)
            top = 10 ** min((item.type.length or 18) - (item.type.scale or 0), 4) * 0.9
            if "浓度" in item.title:
                top = 3.0 if item.title.startswith("CO") else 90.0
            return [f"{self.random.random() * top:.{scale}f}" for _ in range(self.count)]
        if letter in (TypeLetter.DOUBLE, TypeLetter.FLOAT):
            low, high = (104.5, 112.0) if "经度" in item.title else (21.4, 26.3) if "纬度" in item.title else (1, 40)
            return [f"{self.random.uniform(low, high):.4f}" for _ in range(self.count)]
        return self._texts(item)

    def _texts(self, item: DataItem) -> Column:
        title = item.title
        if "年月" in title or "所属期" in title or title.endswith("月份"):
            months = [self.today - timedelta(days=31 * back) for back in range(1, 48)]
            return self._choose(tuple(f"{month:%Y%m}" for month in months))
        if title.endswith(("年度", "年份")):
            return self._choose(tuple(str(self.today.year - back) for back in range(1, 6)))
        if item.key or title.endswith(("号", "编号", "编码", "代码", "标识")):
            return self._serials(item)
        return self._choose((f"{title}甲类", f"{title}乙类", f"{title}丙类"))

    # --- People and firms --------------------------------------------------------------------------------------------

    def _citizen_numbers(self) -> Column:
        """Numbers with the faults of registers that were typed by hand: a wrong last digit, fifteen digits, a small x,
        full-width digits, blanks around."""
        numbers: Column = [self.known.numbers[place] for place in self.people]
        for place in self._some(self.dirt.wrong):
            right = self.known.numbers[self.people[place]]
            fault = self.random.randrange(6)
            if fault < 2:
                numbers[place] = right[:17] + str((int(right[16]) + 3) % 10)
            elif fault == 2 and right[6:8] == "19":
                numbers[place] = right[:6] + right[8:17]
            elif fault == 3:
                numbers[place] = right.lower()
            elif fault == 4:
                numbers[place] = right.translate(_FULL_WIDTH)
            else:
                numbers[place] = right[:16]
        return numbers

    def _of_firms(self, texts: Sequence[str]) -> Column:
        codes: Column = [texts[place] for place in self.firms]
        for place in self._some(self.dirt.wrong / 2):
            codes[place] = texts[self.firms[place]].lower()
        return codes

    def _person_names(self) -> Column:
        names: Column = [self.known.names[place] for place in self.people]
        for place in self._some(self.dirt.wrong / 4):
            names[place] = f"{self.known.names[self.people[place]][0]}　{self.known.names[self.people[place]][1:]}"
        return names

    def _firm_names(self) -> Column:
        names: Column = [self.known.firm_names[place] for place in self.firms]
        for place in self.random.sample(range(self.count), self.count // 150):
            names[place] = self.known.firm_names[self.firms[place]] + "（分公司）"
        return names

    def _addresses(self) -> Column:
        numbers = self.random.choices(range(1, 400), k=self.count)
        cities = self._choose(_CITIES)
        streets = self._choose(_STREETS)
        return [f"广西{city}{street}{number}号" for city, street, number in zip(cities, streets, numbers, strict=True)]

    def _offices(self) -> Column:
        return [f"{city}行政审批局" for city in self._choose(_CITIES)]

    def _scopes(self) -> Column:
        return self._choose(_SCOPES)

    def _phones(self) -> Column:
        # 0000 behind the area code is given to nobody.
        return [f"0771-0000{number:03d}" for number in self.random.choices(range(1000), k=self.count)]

    _MEANINGS: "tuple[tuple[tuple[str, ...], Callable[[_Maker], Column]], ...]" = (
        (("曾用名",), lambda self: [None] * self.count),
        (("电话",), _phones),
        (
            ("企业名称", "单位名称", "业户名称", "纳税人名称", "经营者名称", "相对人名称", "机构名称", "字号"),
            _firm_names,
        ),
        (("姓名", "法定代表人", "被执行人名称", "称谓"), _person_names),
        (("地址", "住所", "经营场所", "坐落"), _addresses),
        (("机关", "主管单位", "审批部门"), _offices),
        (("经营范围", "经营项目", "业务范围"), _scopes),
    )

    # --- Days, numbers ---------------------------------------------------------------------------------------

    def _past_days(self, most: int) -> list[str]:
        near = [(self.today - timedelta(days=back)).isoformat() for back in range(most)]
        return self.random.choices(near, k=self.count)

    def _days(self, days: Sequence[str]) -> Column:
        """Days in the writings of several systems; a few in one that nobody can read for sure."""
        written: Column = list(days)
        for place in self.random.sample(range(self.count), self.count // 5):
            day = days[place]
            written[place] = day.replace("-", "") if place % 2 else day.replace("-", "/")
        for place in self._some(self.dirt.unreadable):
            year, month, number = days[place].split("-")
            written[place] = f"{year}年{int(month)}月{int(number)}日" if place % 3 else f"{year}.{month}"
        return written

    def _moments(self, key: bool) -> Column:
        end = datetime.combine(self.today, time())
        if key:
            return [(end - timedelta(minutes=5 * back)).isoformat(" ") for back in range(self.count)]
        return [
            (end - timedelta(seconds=back)).isoformat(" ")
            for back in self.random.choices(range(30 * 86_400), k=self.count)
        ]

    def _serials(self, item: DataItem) -> Column:
        width = min(item.type.length or 20, 14)
        first = self.random.randrange(10 ** (width - 1) // 2) if width > 7 else 0
        return [f"{first + place:0{width}d}"[-width:] for place in range(self.count)]

    def _choose(self, values: Sequence[str], weights: Sequence[float] | None = None) -> Column:
        return list(self.random.choices(values, weights=weights, k=self.count))

    def _some(self, share: float) -> list[int]:
        return self.random.sample(range(self.count), int(self.count * share))

    def _cut(self, column: Column, item: DataItem) -> Column:
        """Values no longer than the source's own column, which is as wide as the catalogue says."""
        length = item.type.length
        if item.type.letter is not TypeLetter.TEXT or length is None:
            return column
        return [value if value is None else value[:length] for value in column]


_OFFICE = complete("11459900JT900001")
