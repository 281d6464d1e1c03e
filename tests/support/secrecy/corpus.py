"""Texts and files that bear marks of secrets, and such that only speak of secrecy or of nothing of the kind.

All sentences are our own; organisations and matters are made up. Each marked sample also holds a canary: a word that
occurs nowhere else, by which its traces are sought.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from tests.support.secrecy import documents

MATTERS = (
    "关于云岭县粮库扩建方案的请示",
    "江畔市堤防巡查人员名册",
    "青石镇供水管线走向说明",
    "归集平台三期机房布置情况",
    "白鹭湾码头夜间值守安排",
)

GRADE_MARKS = (
    "机密★10年",
    "秘密★5年",
    "绝密★30年",
    "机密★",
    "秘密★长期",
    "绝密☆长期",
    "机 密 ★ 10 年",
    "机密★１０年",
    "秘密＊3年",
    "机密⭐6个月",
    "機密★10年",
    "秘\u200b密★5年",
    "机密10年",
    "秘密 5年",
    "绝密（长期）",
    "绝密长期",
)
LABEL_MARKS = (
    "密级：机密",
    "密级: 秘密",
    "密级\t绝密",
    "密 级：秘密",
    "密级为机密",
    "密级标识：绝密",
    "保密期限：10年",
    "保密期限 长期",
    "保密期限：至2035年",
)
LINE_MARKS = (
    "机密",
    "绝 密",
    "【秘密】",
    "〔机密〕",
    "机密：",
    "秘密件",
    "工作秘密",
    "【工作秘密】",
    "工作秘密★3年",
    "工作秘密：3年",
    "内部资料 注意保存",
    "内部资料，严禁外传",
    "内部材料·阅后收回",
    "（此件不予公开）",
    "此件依法不予公开",
    "公开方式：不予公开",
    "信息公开属性：不予公开",
    "本文件属于工作秘密",
    "该材料确定为工作秘密",
)
RED_HEADS = (
    "份号：000012\n云岭县水务局文件\n云水发〔2026〕8号\n{matter}",
    "000037\n江畔市应急管理局文件\n江应急〔2026〕31号\n{matter}",
    "№000005\n白鹭湾港务局文件\n白港〔2025〕3号\n{matter}",
)
MARKED_NAMES = (
    "机密-{matter}.docx",
    "{matter}（秘密）.pdf",
    "绝密★{matter}.jpg",
    "【机密】{matter}.png",
    "{matter}_机密★10年.tif",
    "工作秘密 {matter}.xlsx",
    "{matter}【内部资料】.zip",
    "密级：机密 {matter}.png",
)

CITATIONS = (
    "根据《中华人民共和国保守国家秘密法》第九条关于国家秘密范围的规定，本资源不涉及国家秘密。",
    "《保守国家秘密法》规定国家秘密的密级分为绝密、机密、秘密三级。",
    "国家秘密的保密期限，除另有规定外，绝密级不超过三十年，机密级不超过二十年，秘密级不超过十年。",
    "本平台为非涉密平台，严禁存储、处理、传输国家秘密和工作秘密",
    "经本单位保密审查，所申请数据不涉及国家秘密、工作秘密，可以按程序共享。",
    "数据提供部门依照《政府信息公开条例》第十四条，对依法确定为国家秘密的信息不予公开。",
    "企业报送的财务数据属于商业秘密，使用部门应当承担保密义务，不得泄露。",
    "使用方不得将共享数据用于约定以外的用途，泄露商业秘密和个人隐私的，处三年以下有期徒刑的法律责任由其承担。",
    "第十二条 任何单位不得将涉及工作秘密的政务数据接入本平台。",
    "请组织全体人员参加保密宣传月培训，学习国家秘密标志的标注形式（密级★保密期限，例如“机密★10年”）。",
    "密级：公开",
    "密级：无",
    "密级：非密",
    "本办法所称工作秘密，是指机关单位在履行职能过程中产生或者获取的、不属于国家秘密但泄露后会造成一定不利影响的事项。",
    "该事项是否属于工作秘密，由业务主管部门依据规定判断。",
    "采用机密计算技术在数据不出域的前提下核验身份，保证机密性、完整性。",
    "本次投票采用秘密投票方式，得票过半数的当选。",
    "多方通过秘密共享协议联合统计，各方原始数据不出本地。",
    "保密协议约定的保密期限为合同终止后三年。",
    "未涉及内部资料，已按规定完成保密审查。",
    "泄露国家秘密的，依照法律规定追究责任。",
    "依据《政务数据共享条例》第三条，政务数据不包括属于国家秘密、工作秘密的数据。",
)
ORDINARY = (
    "婚姻登记时核验当事人户籍信息，避免群众重复提交证明。",
    "统一社会信用代码、企业名称、法定代表人、成立日期、登记状态。",
    "社会保险参保缴费明细，按月更新，覆盖全区十四个设区市。",
    "申请用于低收入家庭认定中的收入核对，每日调用不超过两千次。",
    "身份号码应为18位，末位为校验码；年份号段从2019起编。",
    "桂数函〔2026〕12号来函收悉，现将有关数据目录予以挂载。",
    "密码由用户自行保管，平台以密文保存；密钥每年更换。",
    "校核意见：出生日期与证件号码不符共计37条，请于3个工作日内反馈。",
    "收集方式为业务系统产生，共享条件为提供授权书，更新周期每日。",
    "Rows are matched on the credit code; late deliveries are marked as such.",
    "气象站点逐小时降水量，单位毫米，缺测记为空值。",
    "不予共享的理由：行政法规明确禁止，见《档案法》有关条款。",
    "内部网络与互联网逻辑隔离，前置机位于政务外网。",
    "资料由县级部门报送，市级部门汇总后于每月五日前提交。",
    "十年内未发生安全事故的单位名单",
    "长期护理保险待遇领取人员信息",
)
ORDINARY_NAMES = (
    "{matter}.docx",
    "2026年10月办理台账_第1版.xlsx",
    "商业秘密保护指引.pdf",
    "保密法学习笔记.docx",
    "现场照片-003.jpg",
    "非密-{matter}.zip",
    "不涉密审查意见.png",
    "秘密花园景区客流.csv",
)


@dataclass(frozen=True)
class Sample:
    """A text, or a file with its name. `canary` is empty for what may pass."""

    label: str
    text: str = ""
    name: str = ""
    content: bytes = b""
    canary: str = ""

    @property
    def is_file(self) -> bool:
        return bool(self.name)

    @property
    def marked(self) -> bool:
        return bool(self.canary)


Maker = Callable[[list[str]], bytes]
CARRIERS: tuple[tuple[str, Maker], ...] = (
    ("docx", documents.docx),
    ("docx", partial(documents.docx, torn=True)),
    ("xlsx", documents.xlsx),
    ("ofd", documents.ofd),
    ("pdf", documents.pdf),
    ("csv", documents.csv),
    ("csv", partial(documents.csv, encoding="gb18030")),
    ("txt", partial(documents.csv, encoding="utf-16")),
    ("csv", partial(documents.csv, encoding="utf-16-le")),
    ("rtf", documents.rtf),
    ("doc", documents.old_word),
    ("xls", documents.old_xls),
    ("zip", lambda lines: documents.zipped("inside.docx", documents.docx(lines))),
)


def corpus() -> list[Sample]:
    """All samples, the marked ones each with a canary of its own."""
    recipes = [*_marked_texts(), *_marked_files(), *_marked_names(), *_innocent()]
    return [_made(number, recipe) for number, recipe in enumerate(recipes)]


@dataclass(frozen=True)
class _Recipe:
    label: str
    text: str = ""
    name: str = ""
    ending: str = ""
    make: Maker | None = None
    marked: bool = True


def _made(number: int, recipe: _Recipe) -> Sample:
    canary = _canary(number)
    text, name = recipe.text.replace("{canary}", canary), recipe.name.replace("{canary}", canary)
    label, flag = f"{number:03d} {recipe.label}", canary if recipe.marked else ""
    if recipe.make:
        content = recipe.make(text.split("\n"))
        return Sample(label, name=name or f"upload.{recipe.ending}", content=content, canary=flag)
    if name:
        return Sample(label, name=name, content=documents.PNG, canary=flag)
    return Sample(label, text=text, canary=flag)


def _canary(number: int) -> str:
    # A bird's name and a number spelt in letters: digits alone occur everywhere, and fingerprints are hexadecimal.
    return "朱鹮" + "".join("甲乙丙丁戊己庚辛壬癸"[int(digit)] for digit in f"{number:04d}") + "岭"


def _matter(number: int) -> str:
    return MATTERS[number % len(MATTERS)]


def _marked_texts() -> Iterator[_Recipe]:
    for number, mark in enumerate((*GRADE_MARKS, *LABEL_MARKS, *LINE_MARKS)):
        yield _Recipe(f"text {mark!r}", f"{mark}\n{_matter(number)}，{{canary}}。")
    for number, head in enumerate(RED_HEADS):
        yield _Recipe("red head", head.replace("{matter}", _matter(number)) + "，{canary}。")


def _marked_files() -> Iterator[_Recipe]:
    marks = (*GRADE_MARKS[:9], *LABEL_MARKS[:2], *LINE_MARKS[:2], LINE_MARKS[6], LINE_MARKS[10], LINE_MARKS[13])
    for number, (ending, make) in enumerate(CARRIERS * 6):
        mark = marks[number % len(marks)]
        text = f"{_matter(number)}\n{mark}\n{{canary}}方案如下，请审阅。"
        yield _Recipe(f"{ending} {mark!r}", text, ending=ending, make=make)
    yield _Recipe("docx header", "{canary}", ending="docx", make=partial(documents.docx, header="机密★10年"))
    yield _Recipe("xlsx beside", "密级\n机密\n{canary}", ending="xlsx", make=partial(documents.xlsx, beside=True))
    yield _Recipe("xlsx sheet", "{canary}", ending="xlsx", make=partial(documents.xlsx, sheet="秘密★5年"))
    yield _Recipe(
        "zip name", "{canary}", ending="zip", make=lambda lines: documents.zipped("机密★方案.bin", lines[0].encode())
    )
    yield _Recipe(
        "zip name of Windows", "{canary}", ending="zip",
        make=lambda lines: documents.zipped("机密-方案.bin", lines[0].encode(), windows=True),
    )  # fmt: skip
    yield _Recipe(
        "zip in zip", "机密★10年\n{canary}", ending="zip",
        make=lambda lines: documents.zipped("a.zip", documents.zipped("b.txt", documents.csv(lines))),
    )  # fmt: skip
    yield _Recipe("called otherwise", "绝密★长期\n{canary}", name="picture.jpg", make=documents.docx)


def _marked_names() -> Iterator[_Recipe]:
    for number, name in enumerate(MARKED_NAMES):
        yield _Recipe(f"name {name}", name=name.replace("{matter}", f"{_matter(number)}{{canary}}"))


def _innocent() -> Iterator[_Recipe]:
    for text in (*CITATIONS, *ORDINARY):
        yield _Recipe(f"innocent {text[:12]}", text, marked=False)
    for number, (ending, make) in enumerate(CARRIERS * 4):
        text = "\n".join((*ORDINARY[number % 3 :: 3], CITATIONS[number % len(CITATIONS)]))
        yield _Recipe(f"innocent {ending}", text, ending=ending, make=make, marked=False)
    makers = dict(CARRIERS)
    for number, name in enumerate(ORDINARY_NAMES):
        given = name.replace("{matter}", _matter(number))
        make = makers.get(name.rpartition(".")[2])
        yield _Recipe(f"innocent name {name}", ORDINARY[number], name=given, make=make, marked=False)
