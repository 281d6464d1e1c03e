"""Sample values: believable, and of no real organisation's data."""

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.urls import reverse

from jutong.ui.components import (
    Badge,
    Button,
    Chart,
    Choice,
    Column,
    Crumb,
    Deadline,
    Facet,
    Fact,
    ListRow,
    Pages,
    Progress,
    Sorting,
    Tab,
    Tone,
    Total,
)
from jutong.ui.places import city_tiles

AS_OF = datetime(2026, 11, 23, 6, 5, tzinfo=UTC)
RUN_TOTAL = 1_286_400

FACETS = [
    Facet(
        "sharing_type",
        "共享类型",
        [Choice("1", "无条件共享", 313, True), Choice("2", "有条件共享", 605), Choice("3", "不予共享", 183)],
    ),
    Facet("open", "开放属性", [Choice("1", "向社会开放", 107), Choice("0", "不开放", 206)]),
    Facet(
        "provider",
        "提供部门",
        [
            Choice(str(n), name, 36 - n * 2, n == 1)
            for n, name in enumerate(
                [
                    "自治区市场监管局",
                    "自治区民政厅",
                    "自治区自然资源厅",
                    "自治区公安厅",
                    "自治区住房城乡建设厅",
                    "自治区农业农村厅",
                    "自治区教育厅",
                    "自治区交通运输厅",
                    "自治区卫生健康委",
                    "自治区税务局",
                ]
            )
        ],
    ),
    Facet("cycle", "更新周期", [Choice("day", "每日", 108), Choice("month", "每月", 74), Choice("year", "每年", 12)]),
]

ROWS = [
    ListRow(
        title,
        "#",
        f"包括{title.removesuffix('信息')}的名称、统一社会信用代码、办理机构、办理日期、有效期、状态等信息项，用于跨部门核验与材料免交。",
        badges,
        [
            Fact(provider, "building", "提供方"),
            Fact(code, "", "数据资源代码", True),
            Fact(kind, "file", "挂载方式"),
            Fact(cycle, "refresh", "更新周期"),
            Fact("2026-10-28", "calendar", "发布日期"),
        ],
    )
    for title, provider, code, kind, cycle, badges in [
        (
            "出生医学证明信息",
            "自治区卫生健康委",
            "318040/566",
            "库表交换",
            "每日",
            [Badge("无条件共享", Tone.GOOD), Badge("开放", Tone.ACTIVE)],
        ),
        ("婚姻登记信息", "自治区民政厅", "304066/815", "服务接口", "实时", [Badge("有条件共享", Tone.ATTENTION)]),
        (
            "职业资格证书信息",
            "自治区人力资源社会保障厅",
            "325046/1130",
            "库表交换",
            "每周",
            [Badge("无条件共享", Tone.GOOD)],
        ),
        ("在押人员档案信息", "自治区公安厅", "308049/348", "文件交换", "每季度", [Badge("不予共享", Tone.MUTED)]),
    ]
]

STEPS: list[dict[str, Any]] = [
    {
        "title": "提交申请",
        "state": "done",
        "outcome": "已提交",
        "who": "韦明（自治区民政厅）",
        "when": datetime(2026, 11, 16, 1, 30, tzinfo=UTC),
    },
    {
        "title": "规范性审查",
        "state": "done",
        "outcome": "通过",
        "who": "李佳（自治区大数据发展局）",
        "when": datetime(2026, 11, 18, 3, 12, tzinfo=UTC),
        "used": 2,
        "limit": 2,
        "article": "《细则》第二十二条第（二）项",
        "remark": "用途明确，数据项与所办事项相称。",
    },
    {
        "title": "提供方审批",
        "state": "present",
        "who": "覃芳（自治区公安厅）",
        "limit": 5,
        "due_on": date(2026, 11, 25),
        "workdays_left": 2,
        "article": "《细则》第二十二条第（三）项",
    },
    {
        "title": "授权并推送",
        "state": "to_come",
        "who": "自治区信息中心",
        "limit": 2,
        "article": "《细则》第二十二条第（四）项",
    },
    {"title": "供需分歧协调", "state": "skipped"},
]

ITEMS = [
    {
        "no": 1,
        "name": "公民身份号码",
        "type": "C(18)",
        "rows": 1_286_400,
        "ratio": 0.9996,
        "at": AS_OF,
        "state": Badge("正常", Tone.GOOD),
        "code": "gmsfhm",
    },
    {
        "no": 2,
        "name": "姓名",
        "type": "C(50)",
        "rows": 1_286_400,
        "ratio": 0.982,
        "at": AS_OF,
        "state": Badge("有疑点", Tone.ATTENTION),
        "code": "xm",
    },
    {
        "no": 3,
        "name": "登记日期",
        "type": "D",
        "rows": 1_201_077,
        "ratio": 0.6712,
        "at": None,
        "state": Badge("不合格", Tone.BAD),
        "code": "djrq",
    },
]
ITEM_COLUMNS = [
    Column("no", "序号", "number"),
    Column("name", "数据项", sort="name"),
    Column("code", "字段", "code"),
    Column("type", "类型"),
    Column("rows", "行数", "number", sort="rows"),
    Column("ratio", "完整率", "ratio", sort="ratio"),
    Column("at", "校核时间", "moment"),
    Column("state", "结论", "badge"),
]

CITIES = {
    "450100": 100,
    "450200": 88,
    "450300": 96,
    "450400": 70,
    "450500": 63,
    "450600": 45,
    "450700": 58,
    "450800": 66,
    "450900": 72,
    "451000": 77,
    "451100": 54,
    "451200": 71,
    "451300": 62,
    "451400": 9,
}


class SampleForm(forms.Form):
    """One field of each kind."""

    purpose = forms.CharField(label="用途", max_length=100, help_text="写明所办事项，例如“婚姻登记材料免交”。")
    basis = forms.CharField(label="法律依据", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    method = forms.ChoiceField(label="共享方式", choices=[("", "请选择"), ("table", "库表交换"), ("api", "服务接口")])
    until = forms.DateField(label="使用至", widget=forms.DateInput(attrs={"type": "date"}))
    items = forms.MultipleChoiceField(
        label="数据项", choices=[("xm", "姓名"), ("gmsfhm", "公民身份号码")], widget=forms.CheckboxSelectMultiple
    )
    paper = forms.FileField(label="依据文件", required=False, help_text="PDF 或 OFD，不超过 20 MB。")
    promise = forms.BooleanField(label="我承诺仅将数据用于上述用途")


def run(done: int) -> Progress:
    """An exchange run that moves on by 160,000 rows a second."""
    running = done < RUN_TOTAL
    return Progress(
        title="全量运行 R20261123-0007",
        done=done,
        total=RUN_TOTAL,
        url=reverse("gallery_progress", args=[min(done + 160_000, RUN_TOTAL)]),
        running=running,
        state=Badge("运行中", Tone.ACTIVE) if running else Badge("已完成", Tone.GOOD),
        unit="行",
        per_second=160_000,
        seconds_left=(RUN_TOTAL - done) / 160_000,
        as_of=AS_OF,
        buttons=[
            Button("停止", "#", "player-stop", "post", "停止后已入池的批次保留，下次从断点继续。确定停止？"),
            Button("运行日志", "#", "file-text"),
        ],
    )


def values() -> dict[str, Any]:
    """The context of the gallery."""
    days = [f"11-{day:02d}" for day in range(14, 24)]
    calls = [820, 932, 1201, 934, 1290, 1730, 1520, 1640, 1810, 1320]
    return {
        "as_of": AS_OF,
        "totals": [
            Total("1,286", "目录总数", "项", "#"),
            Total("112", "提供部门", "个"),
            Total("446", "开放资源", "项"),
            Total("98.6%", "挂载率", hint="已挂载 ÷ 已发布"),
        ],
        "facets": FACETS,
        "rows": ROWS,
        "steps": STEPS,
        "items": ITEMS,
        "item_columns": ITEM_COLUMNS,
        "crumbs": [Crumb("数据目录", "#"), Crumb("组件一览")],
        "sorting": [Sorting("-published", "最新发布"), Sorting("title", "名称"), Sorting("-calls", "调用最多")],
        "pages": Pages(4, 40, 10_000, capped=True),
        "tabs": [
            Tab("概况", "#", True),
            Tab("数据项", "#", count=13),
            Tab("质量", "#"),
            Tab("调用", "#", count=18_204),
        ],
        "badges": [
            Badge(word, tone, icon)
            for word, tone, icon in [
                ("草稿", Tone.NEUTRAL, "pencil"),
                ("审核中", Tone.ACTIVE, "clock"),
                ("已发布", Tone.GOOD, "check"),
                ("即将到期", Tone.ATTENTION, "alert-triangle"),
                ("已驳回", Tone.BAD, "x"),
                ("已撤销", Tone.MUTED, "ban"),
            ]
        ],
        "terms": [
            Deadline(date(2026, 11, 26), 3, "《细则》第二十二条", "5 个工作日"),
            Deadline(date(2026, 11, 24), 1, "《细则》第二十二条"),
            Deadline(date(2026, 11, 23), 0),
            Deadline(date(2026, 11, 19), -2, "《细则》第三十五条"),
            Deadline(date(2026, 11, 20), done=True),
        ],
        "pairs": [
            ("数据资源代码", "318040/566"),
            ("状态", Badge("已发布", Tone.GOOD)),
            ("提供方", "自治区卫生健康委"),
            ("提供方代码", "11450000MB1234567X"),
            ("更新周期", "每日"),
            ("最近更新", AS_OF),
            ("答复期限", Deadline(date(2026, 11, 26), 3, "《细则》第二十二条")),
            ("行数", 1_286_400),
        ],
        "run": run(480_000),
        "waiting": Progress(
            "等待数据源响应",
            12_300,
            None,
            "#",
            False,
            Badge("已中断", Tone.BAD),
            "行",
            message="第 13 批校验未通过：字段 gmsfhm 长度与目录不符，未入池任何行。",
            buttons=[Button("重试", "#", "reload", "post")],
        ),
        "calls": Chart(
            "近十日调用量",
            {
                "grid": {"left": 48, "right": 16, "top": 28, "bottom": 28},
                "tooltip": {"trigger": "axis"},
                "xAxis": {"type": "category", "data": days},
                "yAxis": {"type": "value"},
                "series": [{"type": "line", "smooth": True, "areaStyle": {"opacity": 0.12}, "data": calls}],
            },
            [Column("day", "日期"), Column("calls", "调用（次）", "number")],
            [{"day": day, "calls": count} for day, count in zip(days, calls, strict=True)],
            "medium",
            AS_OF,
            "网关调用日志",
        ),
        "quality": Chart(
            "质量六维",
            {
                "radar": {
                    "radius": "62%",
                    "indicator": [
                        {"name": n, "max": 100} for n in ["规范性", "完整性", "准确性", "一致性", "时效性", "可访问性"]
                    ],
                },
                "tooltip": {},
                "series": [
                    {"type": "radar", "areaStyle": {"opacity": 0.2}, "data": [{"value": [98, 96, 91, 88, 100, 99]}]}
                ],
            },
            [Column("name", "维度"), Column("score", "得分", "number")],
            [
                {"name": n, "score": s}
                for n, s in [
                    ("规范性", 98),
                    ("完整性", 96),
                    ("准确性", 91),
                    ("一致性", 88),
                    ("时效性", 100),
                    ("可访问性", 99),
                ]
            ],
            "medium",
        ),
        "tiles": city_tiles(CITIES, urls=dict.fromkeys(CITIES, "#")),
    }
