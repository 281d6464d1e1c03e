"""Every text speaks both languages, and the tool that watches over it sees what it should."""

import pytest
from tools import messages


def test_every_text_has_english_and_no_template_shows_bare_chinese():
    assert messages.faults() == []


@pytest.mark.parametrize(
    "template",
    [
        "<p>中文</p>\n<p>数据目录</p>",
        '<a title="数据目录">x</a>',
        '{% badge "已发布" %}',
        "{{ title|default:'无标题' }}",
        "{% translate title %}、下一项",
        "<p>OK。</p><p>好</p>",
    ],
)
def test_bare_chinese_in_a_template_is_found(template):
    assert list(messages.bare_chinese(template))


@pytest.mark.parametrize(
    "template",
    [
        '{% translate "数据目录" %}',
        "{% blocktranslate %}共 {{ n }} 条{% endblocktranslate %}",
        '{% badge _("已发布") "good" %}',
        "{# 说明 #}{% comment %}说明{% endcomment %}",
        '<button lang="zh-Hans">中文</button>',
        "{{ term }}：{{ value }}",
    ],
)
def test_translated_or_unseen_chinese_is_left_alone(template):
    assert list(messages.bare_chinese(template)) == []


def test_texts_are_found_in_templates_whatever_their_indentation(tmp_path):
    page = tmp_path / "page.html"
    page.write_text(
        '<div>\n      <p>{% translate "甲" %}</p>\n  {% badge _("乙") %}\n'
        "{% blocktranslate count n=rows %}{{ n }} 行{% plural %}{{ n }} 行{% endblocktranslate %}\n</div>"
    )

    assert [text for _, text, _ in messages.texts_in(page)] == ["甲", "乙", ("%(n)s 行", "%(n)s 行")]


def test_texts_are_found_in_python_with_their_context(tmp_path):
    module = tmp_path / "module.py"
    module.write_text('message = N_("甲")\nx = pgettext("month", "乙")\ny = _("丙" "丁")\nz = "戊"\n')

    assert [(text, context) for _, text, context in messages.texts_in(module)] == [
        ("甲", None),
        ("乙", "month"),
        ("丙丁", None),
    ]


def test_a_translation_that_loses_a_place_holder_is_a_fault():
    lost = messages.Message("共 %(total)s 条", "in total")
    made_up = messages.Message("共 {total} 条", "{sum} in total")

    assert any("lost" in fault for fault in messages.faults_of(lost))
    assert any("unknown" in fault for fault in messages.faults_of(made_up))
    assert list(messages.faults_of(messages.Message(("剩 %(n)s 行", "剩 %(n)s 行"), ("one row", "%(n)s rows")))) == []


def test_a_text_built_before_translation_is_a_fault(tmp_path):
    module = tmp_path / "module.py"
    module.write_text('gettext(f"共 {n} 条")\ngettext("共 {n} 条")\n')

    assert len(list(messages.formatted_before_translation(module))) == 1
