"""Saved searches with their notices, and the bureau's synonyms."""

from datetime import timedelta

import pytest

from jutong.foundation.notices.models import Notice
from jutong.kernel.errors import NotPermitted, NotSignedIn
from jutong.kernel.policy import ANONYMOUS
from jutong.supply.catalogue import domain, queries, services
from jutong.supply.catalogue.queries import Search
from tests.integration.catalogue.conftest import AT, published, residents, shops

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=1)


def told(person) -> list[str]:
    found = Notice.objects.filter(person_no=person.person_no, kind="catalogue.search")
    return [notice.link for notice in found]


@pytest.fixture
def live(monkeypatch):
    """The people of these tests hold their posts, though the register does not know them."""
    subjects = {}

    class Held:
        def __init__(self, subject):
            self.post, self.organisation = subject.post, subject.organisation

    monkeypatch.setattr(
        services.searchwords.accounts,
        "appointments_held",
        lambda person_no, at: [Held(subjects[person_no])] if person_no in subjects else [],
    )
    monkeypatch.setattr(
        services.searchwords.accounts, "subject_for", lambda person_no, post, organisation, at: subjects[person_no]
    )
    monkeypatch.setattr("jutong.foundation.notices.plugs.known", lambda person_nos: person_nos)
    return lambda subject: subjects.update({subject.person_no: subject})


def test_who_keeps_a_search_is_told_once_of_what_is_new(market, police, reviewer, live):
    live(police)
    services.save_search(question="q=工商户&page=3", by=police, at=AT)
    published(shops(market), market, reviewer, LATER)

    services.tell_saved_searches(at=LATER + timedelta(minutes=1))
    services.tell_saved_searches(at=LATER + timedelta(minutes=11))

    assert told(police) == ["/catalogue/?q=%E5%B7%A5%E5%95%86%E6%88%B7"]


def test_what_does_not_answer_is_no_news(market, police, reviewer, live):
    live(market)
    services.save_search(question="q=工商户&sharing_type=2", by=market, at=AT)
    published(residents(police), police, reviewer, LATER)

    assert services.tell_saved_searches(at=LATER + timedelta(minutes=1)) == 0


def test_who_holds_no_post_is_not_told(market, police, reviewer, live):
    services.save_search(question="q=工商户", by=police, at=AT)
    published(shops(market), market, reviewer, LATER)

    assert services.tell_saved_searches(at=LATER + timedelta(minutes=1)) == 0


def test_a_name_too_long_is_refused_and_not_cut(police):
    with pytest.raises(domain.TextTooLong):
        services.save_search(question="q=工商户", title="长" * 101, by=police, at=AT)


@pytest.mark.parametrize("question", [f"q={'长' * 101}", f"q={'长' * 112}&open=1", f"q=工商户&x={'y' * 1000}"])
def test_a_question_too_long_to_be_kept_whole_is_refused_and_not_cut(police, question):
    with pytest.raises(domain.TextTooLong) as refusal:
        services.save_search(question=question, by=police, at=AT)

    assert refusal.value.field == "question"
    assert services.save_search(question=f"q={'长' * 100}", by=police, at=AT).title == "长" * 100


def test_the_same_question_is_kept_once(police):
    first = services.save_search(question="sharing_type=1&q=社保", by=police, at=AT)

    assert services.save_search(question="q=社保&sharing_type=1&sort=title", by=police, at=LATER) == first


def test_everything_is_no_question(police):
    with pytest.raises(domain.NothingToSave):
        services.save_search(question="page=2&sort=title", by=police, at=AT)


def test_there_is_a_most_of_saved_searches(police):
    for n in range(services.searchwords.MOST_SAVED):
        services.save_search(question=f"q=词{n}", by=police, at=AT)

    with pytest.raises(domain.TooManySaved):
        services.save_search(question="q=再一个", by=police, at=AT)


def test_the_public_keeps_nothing():
    with pytest.raises(NotSignedIn):
        services.save_search(question="q=社保", by=ANONYMOUS, at=AT)


def test_another_s_search_does_not_exist(police, market):
    row = services.save_search(question="q=社保", by=police, at=AT)

    with pytest.raises(domain.NoSuchSavedSearch):
        services.forget_search(saved_no=row.pk, by=market, at=AT)
    services.forget_search(saved_no=row.pk, by=police, at=AT)
    assert not queries.saved_searches(police).exists()


def test_the_bureau_s_synonyms_count_at_once(market, police, reviewer):
    code = published(shops(market), market, reviewer)
    assert queries.page(queries.prepare(police, Search(text="小店"))) == []

    row = services.add_synonyms(words=["小店", "个体工商户"], by=reviewer, at=AT)

    assert [found.code for found in queries.page(queries.prepare(police, Search(text="小店")))] == [code]
    services.remove_synonyms(group_no=row.pk, by=reviewer, at=AT)
    assert queries.page(queries.prepare(police, Search(text="小店"))) == []


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["小店"], domain.SynonymsTooFew),
        (["小店", "小店"], domain.SynonymsTooFew),
        (["小店", "店"], domain.SynonymUnfit),
        (["小店", "个体 工商户"], domain.SynonymUnfit),
        (["小店", "长" * 41], domain.SynonymUnfit),
    ],
)
def test_words_that_would_find_everything_or_nothing_are_refused(reviewer, words, error):
    with pytest.raises(error):
        services.add_synonyms(words=words, by=reviewer, at=AT)


def test_only_the_bureau_says_what_counts_as_one(police):
    with pytest.raises(NotPermitted):
        services.add_synonyms(words=["小店", "个体工商户"], by=police, at=AT)
