"""Each number of the pack equals its article; packs that are malformed or uncited never come into force."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from jutong.foundation.rulebook.adapters.packs import read_pack, read_rulebook
from jutong.foundation.rulebook.domain import Rulebook, pack_from
from jutong.foundation.rulebook.values import FactStatus, RuleNotInForce, RuleUnknown
from jutong.kernel.codes import sharing
from jutong.kernel.codes.data_types import TypeLetter
from jutong.kernel.codes.resource_code import ResourceClass
from jutong.kernel.policy import POST_NAMES, Post
from jutong.kernel.workdays import LimitUnit

TODAY = date(2026, 3, 2)
BOOK = read_rulebook()

# Read off the text of the Rules, not off the pack: key, number, unit, article, words that stand in the article.
LIMITS_OF_THE_TEXT = [
    ("sharing.review", 2, "workday", "细则第二十二条（二）", "应当在2个工作日内完成"),
    ("sharing.answer", 5, "workday", "细则第二十二条（三）", "应当在5个工作日内予以答复"),
    ("sharing.push", 2, "workday", "细则第二十二条（四）", "应当在2个工作日内将答复内容推送给数据使用部门"),
    ("check.raise", 2, "workday", "细则第二十二条（五）", "应当在2个工作日内通过自治区数据共享交换平台"),
    ("check.answer", 3, "workday", "细则第二十二条（五）", "应当在3个工作日反馈校核结果"),
    ("catalogue.update", 15, "workday", "指南6.2.10", "之日起15个工作日内及时作出更新"),
    ("cloud.approve", 5, "workday", "细则第十七条（二）", "5个工作日内完成用户单位提出云资源需求的受理、审批"),
    ("cloud.assess", 5, "workday", "细则第十七条（三）", "5个工作日内完成用户单位提出云资源需求的评估"),
    ("cloud.deliver", 15, "workday", "细则第十七条（四）", "15个工作日完成用户单位提出云资源需求的交付"),
    ("cloud.drills", 2, "per_year", "细则第十八条（二）", "每年至少开展两次应急安全演练"),
    ("report.monthly", 5, "day_of_month", "细则第四十六条", "每月5日前"),
]


@pytest.mark.source("Art. 17, 18, 22, 46; Guide 6.2.10")
@pytest.mark.parametrize(("key", "amount", "unit", "article", "words"), LIMITS_OF_THE_TEXT)
def test_each_limit_equals_its_article(key, amount, unit, article, words):
    rule = BOOK.limit(key, TODAY)

    assert (rule.limit.key, rule.limit.amount, rule.limit.unit.value) == (key, amount, unit)
    assert rule.limit.article == article
    assert rule.status is FactStatus.IN_TEXT
    assert words in rule.quotation


def test_every_limit_said_to_stand_in_the_text_is_in_the_table_above():
    keys = BOOK.keys(lambda pack: pack.limits, TODAY)

    in_text = {key for key in keys if BOOK.limit(key, TODAY).status is FactStatus.IN_TEXT}

    assert in_text == {row[0] for row in LIMITS_OF_THE_TEXT}


def test_a_number_without_an_article_is_shown_as_our_default():
    rule = BOOK.limit("return.complete", TODAY)

    assert rule.status is FactStatus.OUR_DEFAULT
    assert rule.limit.article == "本平台默认"


def test_the_text_sets_no_weights_and_no_grace():
    assert BOOK.weights("quality.score", TODAY).status is FactStatus.OUR_DEFAULT
    assert BOOK.parameter("quality.grace_hours", TODAY).status is FactStatus.OUR_DEFAULT


def test_every_cycle_that_can_be_late_has_a_grace_and_an_interval():
    late = {str(cycle.value) for cycle in sharing.UpdateCycle if cycle.can_be_late}

    assert BOOK.parameter("quality.grace_hours", TODAY).by_name().keys() == late
    assert BOOK.parameter("exchange.interval_minutes", TODAY).by_name().keys() == late


def test_lists_of_the_guide_equal_the_kernels():
    def codes_and_names(name):
        return [(entry.code, entry.name) for entry in BOOK.code_list(name, TODAY).entries]

    def of(enumeration):
        return [(str(member.value), member.label) for member in enumeration]

    assert codes_and_names("resource_class") == of(ResourceClass)
    assert codes_and_names("share_type") == of(sharing.ShareType)
    assert codes_and_names("use_purpose") == of(sharing.UsePurpose)
    assert codes_and_names("share_method") == of(sharing.ShareMethod)
    assert codes_and_names("update_cycle") == of(sharing.UpdateCycle)
    assert codes_and_names("data_type") == of(TypeLetter)
    assert codes_and_names("post") == [
        (post.value, name) for post, name in POST_NAMES.items() if post is not Post.PUBLIC
    ]
    periods = {entry.code: entry.period_days for entry in BOOK.code_list("update_cycle", TODAY).entries}
    assert periods == {str(cycle.value): cycle.period_days for cycle in sharing.UpdateCycle}


@pytest.mark.source("Guide App. 1, 7")
def test_formats_come_in_the_guides_six_groups_with_its_names():
    formats = BOOK.code_list("resource_format", TODAY)

    assert [entry.code for entry in formats.children("")] == [group.value for group in sharing.FormatGroup]
    for group, names in sharing.GUIDE_FORMATS.items():
        in_text = [e.code for e in formats.children(group.value) if e.status is FactStatus.IN_TEXT]
        assert tuple(in_text) == names


@pytest.mark.source("Guide 5.1.1")
def test_divisions_hold_the_classes_of_the_guide_and_two_digits_each():
    divisions = BOOK.code_list("division", TODAY)
    topics = (
        "公共服务、健康保障、社会保障、食品药品安全、安全生产、价格监管、能源安全、信用体系、"
        "城乡建设、社会治理、生态环保、应急维稳、税务"
    )

    assert all(re.fullmatch(r"[123][0-9]{2}", e.code) and e.code[0] == e.parent for e in divisions.entries)
    assert [e.name for e in divisions.children("1")] == [
        "人口",
        "法人单位",
        "自然资源和空间地理",
        "社会信用",
        "电子证照",
    ]
    assert [e.name for e in divisions.children("2")][:13] == topics.split("、")
    assert len(divisions.children("3")) == 6 + 14 + 3


@pytest.mark.source("Art. 41")
def test_every_topic_of_article_41_finds_its_division():
    divisions = BOOK.code_list("division", TODAY)
    topics = (
        "宏观经济、营商环境、投资项目、空间规划、财政预决算、重大建设项目批准和实施、公共资源配置、社会公益事业建设、卫生健康、"
        "社会保障、医疗保健、应急救助、食品药品安全、安全生产、生态环保、教育、就业、能源、统计、自然资源、城乡建设、交通运输、"
        "农业农村、精准扶贫、多式联运、住房保障、煤气水电网、文化旅游、金融财险、市场监管、工业经济"
    )

    missing = [topic for topic in topics.split("、") if divisions.find_by_name(topic) is None]

    assert missing == []


def test_unknown_keys_and_days_before_the_rules_are_told_apart():
    with pytest.raises(RuleUnknown):
        BOOK.limit("sharing.nothing", TODAY)
    with pytest.raises(RuleNotInForce):
        BOOK.limit("sharing.answer", date(2019, 6, 30))


# --- Several packs ---------------------------------------------------------------------------------------------------
def pack(name, since, until=None, **limits):
    return pack_from(
        {
            "pack": name,
            "title": name,
            "level": "regional",
            "territory": "450000",
            "in_force_from": since,
            "in_force_to": until,
            "source": "—",
            "limits": {
                key.replace("_", "."): {"title": key, "amount": amount, "unit": unit, "status": "our_default"}
                for key, (amount, unit) in limits.items()
            },
        }
    )


def test_the_shortest_limit_in_force_binds():
    book = Rulebook(
        (
            pack("region", date(2019, 7, 1), sharing_answer=(5, "workday")),
            pack("nation", date(2025, 8, 1), sharing_answer=(10, "workday")),
            pack("city", date(2025, 8, 1), sharing_answer=(3, "workday"), until=date(2025, 12, 31)),
        )
    )

    assert book.limit("sharing.answer", date(2025, 7, 31)).limit.amount == 5
    assert book.limit("sharing.answer", date(2025, 8, 1)).pack == "city"
    assert book.limit("sharing.answer", date(2026, 1, 1)).pack == "region"


def test_units_that_cannot_be_compared_leave_the_newest_text():
    book = Rulebook(
        (
            pack("old", date(2019, 7, 1), report_monthly=(5, "day_of_month")),
            pack("new", date(2026, 1, 1), report_monthly=(10, "workday")),
        )
    )

    assert book.limit("report.monthly", date(2026, 1, 1)).limit.unit is LimitUnit.WORKDAY


# --- Malformed packs -------------------------------------------------------------------------------------------------
def whole_pack():
    path = Path(__file__).parents[4] / "src/jutong/foundation/rulebook/packs/guangxi-2019.yaml"
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("limits", "sharing.answer", "article"), ""),
        (("limits", "sharing.answer", "quotation"), ""),
        (("limits", "sharing.answer", "amount"), 0),
        (("limits", "sharing.answer", "amount"), "5"),
        (("limits", "sharing.answer", "unit"), "days"),
        (("limits", "report.monthly", "amount"), 32),
        (("limits", "sharing.answer", "articel"), "22"),
        (("weights", "quality.score", "shares"), {"completeness": 0.5, "accuracy": 0.4}),
        (("weights", "quality.score", "shares"), {"completeness": 1.5, "accuracy": -0.5}),
        (("code_lists", "share_type", "entries"), []),
        (("code_lists", "share_type", "entries"), [{"code": "1", "name": "甲"}, {"code": "1", "name": "乙"}]),
        (("in_force_from",), "yesterday"),
        (("surplus",), 1),
        (("parameters", "quality.grace_hours", "names"), "no_such_list"),
        (("parameters", "quality.grace_hours", "value"), {"77": 1}),
        (("parameters", "gateway.window_seconds", "names"), "update_cycle"),
    ],
)
def test_a_malformed_pack_is_refused(path, value):
    data = whole_pack()
    place = data
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value

    with pytest.raises(ValueError, match="validation error"):
        pack_from(data)


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(yaml.constructor.ConstructorError, match="stands twice"):
        read_pack("limits:\n  a: 1\n  a: 2\n")
