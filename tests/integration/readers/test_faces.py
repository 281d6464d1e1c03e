"""Readers over the API and on the pages, and books from the order to the file."""

import io
import json
from xml.etree import ElementTree

import pytest
from django.test import Client
from pypdf import PdfReader

from jutong.foundation.audit.models import Entry
from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from jutong.supply.readers import models
from jutong.supply.readers.services import books, feed
from tests.integration.catalogue.conftest import published, shops, uscc_of
from tests.support.posts import holder_of

pytestmark = pytest.mark.django_db

API = "/api/v1/readers"


@pytest.fixture
def steward(tree):
    return holder_of(Post.DATA_STEWARD, uscc_of("scjgj"))


@pytest.fixture
def reader(tree):
    return holder_of(Post.DATA_COORDINATOR, uscc_of("gat"))


@pytest.fixture
def bureau(tree):
    return holder_of(Post.BUREAU_REVIEWER)


@pytest.fixture
def code(steward, bureau) -> str:
    content = shops(steward.subject, open=True, open_condition="无附加条件")
    return published(content, steward.subject, bureau.subject)


def call(holder, method, path, body=None, status=200):
    caller = holder.caller if holder else Client()
    send = getattr(caller, method)
    answer = send(f"{API}{path}", json.dumps(body), "application/json") if body is not None else send(f"{API}{path}")
    assert answer.status_code == status, answer.content.decode()
    return answer.json() if answer.content and "json" in answer["Content-Type"] else answer


def text_of(answer, status=200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


class TestApi:
    def test_a_question_goes_from_reader_to_steward_and_to_the_public(self, steward, reader, code):
        asked = call(
            reader, "post", f"/resources/{code}/remarks", {"kind": "question", "text": "登记日期包含时间吗？"}, 201
        )
        assert (asked["state"], asked["organisation"]) == ("waiting", reader.subject.organisation)
        assert call(None, "get", f"/resources/{code}/remarks")["total"] == 0

        call(reader, "post", f"/remarks/{asked['remark_no']}/answer", {"text": "x"}, 403)
        call(steward, "post", f"/remarks/{asked['remark_no']}/answer", {"text": "只有日期。"})

        assert call(None, "get", f"/remarks/{asked['remark_no']}")["answer"] == "只有日期。"

    def test_rating_and_following_say_what_they_did(self, steward, reader, code):
        assert call(reader, "put", f"/resources/{code}/rating", {"points": 4}) == {"count": 1, "mean": 4.0, "own": 4}
        assert call(steward, "put", f"/resources/{code}/rating", {"points": 5}, 409)["code"] == "own_resource"
        wanted = {"kind": "classification", "code": code[:3]}

        call(reader, "post", "/follows", wanted, 201)

        assert call(reader, "get", "/follows")["items"][0]["code"] == code[:3]
        assert call(steward, "get", "/follows")["total"] == 0
        assert call(reader, "post", "/follows/end", wanted) == {"ended": True}

    def test_the_feed_is_atom_with_what_is_open_alone(self, steward, bureau, code):
        published(shops(steward.subject, title="不开放的登记信息"), steward.subject, bureau.subject)

        answer = call(None, "get", "/feed")

        root = ElementTree.fromstring(answer.content)
        titles = [entry.findtext(f"{{{feed.ATOM}}}title") for entry in root.iter(f"{{{feed.ATOM}}}entry")]
        assert answer["Content-Type"].startswith("application/atom+xml")
        assert titles == ["个体工商户登记信息"]
        assert all(root.findtext(f"{{{feed.ATOM}}}{name}") for name in ("id", "title", "updated"))


class TestPages:
    def test_the_resource_shows_remarks_rating_and_the_way_to_follow(
        self, steward, reader, code, django_assert_max_num_queries
    ):
        call(reader, "post", f"/resources/{code}/remarks", {"kind": "comment", "text": "字段<b>很全</b>"}, 201)

        with django_assert_max_num_queries(12):
            remarks = text_of(reader.browser.get(f"/readers/panels/remarks/{code}/"))
        with django_assert_max_num_queries(9):
            rating = text_of(reader.browser.get(f"/readers/panels/rating/{code}/"))
        with django_assert_max_num_queries(9):
            follow = text_of(reader.browser.get(f"/readers/panels/follow/{code}/"))

        assert "字段&lt;b&gt;很全&lt;/b&gt;" in remarks
        assert 'value="5"' in rating
        assert 'value="5"' not in text_of(steward.browser.get(f"/readers/panels/rating/{code}/"))
        assert "关注" in follow
        assert "评论、咨询或纠错" not in text_of(Client().get(f"/readers/panels/remarks/{code}/"))

    def test_only_who_answers_is_led_to_the_answer_and_only_until_it_is_given(self, steward, reader, code):
        asked = call(reader, "post", f"/resources/{code}/remarks", {"kind": "question", "text": "多久更新？"}, 201)
        panel, way = f"/readers/panels/remarks/{code}/", f"/readers/remarks/{asked['remark_no']}/#answer"

        assert way in text_of(steward.browser.get(panel))
        assert way not in text_of(reader.browser.get(panel))

        call(steward, "post", f"/remarks/{asked['remark_no']}/answer", {"text": "每日。"}, 200)
        assert way not in text_of(steward.browser.get(panel))

    def test_one_press_follows_and_leads_back(self, reader, code):
        back = f"/catalogue/resources/{code}/"

        answer = reader.browser.post("/readers/follows/change/", {"resource": code, "back": back})
        elsewhere = reader.browser.post("/readers/follows/change/", {"resource": code, "back": "//evil.example/x"})

        assert (answer.status_code, answer["Location"]) == (302, back)
        assert elsewhere["Location"] == "/readers/follows/"
        assert code in text_of(reader.browser.get("/readers/follows/"))

    def test_a_correction_without_its_place_comes_back_with_what_was_typed(self, reader, code):
        page = f"/readers/resources/{code}/remarks/"

        wrong = text_of(reader.browser.post(page, {"kind": "correction", "text": "长度应为 18"}), 422)
        right = reader.browser.post(page, {"kind": "correction", "text": "长度应为 18", "element": "items.uscc"})

        assert "长度应为 18" in wrong
        assert right.status_code == 302
        assert "统一社会信用代码" in text_of(reader.browser.get(page))

    def test_what_waits_stands_at_the_stewards_workbench_until_it_is_answered(self, steward, reader, code):
        asked = call(reader, "post", f"/resources/{code}/remarks", {"kind": "question", "text": "多久更新？"}, 201)
        panel = "/readers/panels/waiting/"
        assert "多久更新？" in text_of(steward.browser.get(panel))
        assert "多久更新？" not in text_of(reader.browser.get(panel))

        steward.browser.post(f"/readers/remarks/{asked['remark_no']}/answer/", {"answer": "每天。"})

        assert text_of(steward.browser.get(panel)).strip() == ""
        assert "每天。" in text_of(reader.browser.get(f"/readers/remarks/{asked['remark_no']}/"))

    def test_the_bureau_hides_with_a_reason_and_shows_again(self, bureau, reader, code):
        asked = call(reader, "post", f"/resources/{code}/remarks", {"kind": "comment", "text": "联系我"}, 201)
        page = f"/readers/remarks/{asked['remark_no']}/"

        text_of(bureau.browser.post(f"{page}hide/", {"reason": " "}), 422)
        bureau.browser.post(f"{page}hide/", {"reason": "含个人信息"})

        assert "含个人信息" in text_of(reader.browser.get(page))
        assert models.Remark.objects.get().state == "hidden"
        bureau.browser.post(f"{page}show/")
        assert models.Remark.objects.get().state == "said"
        deeds = Entry.objects.filter(action__startswith="readers.remark.").values_list("action", flat=True)
        assert {"readers.remark.made", "readers.remark.hidden", "readers.remark.shown"} <= set(deeds)

    def test_two_results_of_a_search_are_compared_by_ticking(self, steward, bureau, reader, code):
        other = published(shops(steward.subject, title="企业登记信息"), steward.subject, bureau.subject)

        found = text_of(reader.browser.get("/catalogue/?q=登记"))
        compared = text_of(reader.browser.get(f"/catalogue/compare/?code={code}&code={other}"))

        assert f'name="code" value="{code}" form="compare"' in found
        assert "字段名相同" in compared
        assert compared.index("不同") < compared.index("相同</")

    def test_beside_a_search_one_follows_its_department_and_binds_what_was_found(self, reader, code):
        uscc = uscc_of("scjgj")

        tools = text_of(reader.browser.get(f"/readers/panels/search/?provider={uscc}&page=2"))

        assert f'name="provider" value="{uscc}"' in tools
        assert f'name="question" value="provider={uscc}"' in tools
        assert "question" not in text_of(Client().get(f"/readers/panels/search/?provider={uscc}"))


class TestBooks:
    def test_a_book_is_ordered_made_and_fetched_by_who_asked_alone(self, steward, bureau, reader, code):
        titles = ["个体工商户登记信息", "阿坝州企业名录"]
        published(shops(steward.subject, title=titles[1]), steward.subject, bureau.subject)
        ordered = call(reader, "post", "/books", {"scope": "provider", "code": steward.subject.organisation}, 202)
        assert (ordered["state"], ordered["total"]) == ("waiting", 2)
        assert "hx-get" in text_of(reader.browser.get(f"/readers/books/{ordered['book_no']}/"))
        call(reader, "post", "/books", {"scope": "region"}, 409)
        call(reader, "get", f"/books/{ordered['book_no']}/file", status=409)

        books.make_book(book_no=ordered["book_no"], at=clock.now())

        made = call(reader, "get", f"/books/{ordered['book_no']}")
        assert (made["state"], made["done"], made["error"]) == ("done", 2, "")
        call(steward, "get", f"/books/{ordered['book_no']}", status=404)
        answer = reader.browser.get(f"/readers/books/{ordered['book_no']}/file/")
        pdf = PdfReader(io.BytesIO(b"".join(answer.streaming_content)))
        assert len(pdf.pages) == made["pages"]
        _judge(pdf, titles)

    def test_an_empty_range_and_an_unknown_one_are_refused_in_words(self, reader, code):
        other = {"scope": "provider", "code": reader.subject.organisation}
        assert call(reader, "post", "/books", other, 409)["code"] == "book_empty"
        assert call(reader, "post", "/books", {"scope": "city", "code": "999999"}, 422)["code"] == "scope_unknown"
        assert call(reader, "post", "/books", {"scope": "search"}, 422)["code"] == "scope_unknown"
        page = text_of(reader.browser.post("/readers/books/", {"scope": "provider", "provider": ""}), 422)
        assert "请选择汇编的范围" in page

    def test_a_book_of_which_nothing_came_says_why_and_can_be_given_up(self, reader, code, monkeypatch):
        ordered = call(reader, "post", "/books", {"scope": "region"}, 202)

        def nothing(*args, **kwargs):
            return []

        monkeypatch.setattr(books.catalogue, "answers", nothing)
        books.make_book(book_no=ordered["book_no"], at=clock.now())
        monkeypatch.undo()

        failed = call(reader, "get", f"/books/{ordered['book_no']}")
        assert (failed["state"], failed["error_code"]) == ("failed", "book_empty")
        assert failed["error"] in text_of(reader.browser.get(f"/readers/books/{ordered['book_no']}/"))
        call(reader, "delete", f"/books/{ordered['book_no']}", status=204)
        assert not models.Book.objects.exists()


def _judge(pdf: PdfReader, titles: list[str]) -> None:
    """Contents and indexes name the pages on which the entries stand; bookmarks lead there."""
    pages = [page.extract_text() for page in pdf.pages]
    contents = next(number for number, text in enumerate(pages) if titles[0] in text)
    body = next(n for n in range(contents + 1, len(pages)) if "数据资源代码" in pages[n])
    for title in titles:
        at = next(n for n in range(body, len(pages)) if title in pages[n] and "数据资源摘要" in pages[n])
        line = next(line for line in pages[contents].splitlines() if title in line)
        assert line.split()[-1].strip(".") == str(at - body + 1)
    index = pages[-1]
    assert index.index(titles[1]) < index.index(titles[0]), "阿 stands before 个"
    marks = [each.title for part in pdf.outline for each in (part if isinstance(part, list) else [part])]
    assert set(titles) <= set(marks)
    assert organisations.titles([organisations.bureau()])[organisations.bureau()] in pages[0]
