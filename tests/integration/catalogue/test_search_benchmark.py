"""The benchmark of search at a size that costs nothing: it can be laid down, asked and compared at any time."""

import pytest
from django.db import connection

from jutong.kernel.policy import Post, Subject
from jutong.supply.catalogue import queries, services
from tests.benchmarks import search as benchmark
from tests.integration.catalogue.conftest import AT
from tests.support.register import lay_down_small_register
from tests.support.search_peer import Peer

pytestmark = pytest.mark.django_db
RESOURCES = 80
REVIEWER = Subject("P1", Post.BUREAU_REVIEWER, "11450000MB0000013R", "")


def test_search_and_its_peer_answer_the_same_of_what_the_benchmark_lays_down(tmp_path):
    lay_down_small_register(AT)
    benchmark.lay_down(connection, RESOURCES)
    services.rebuild()
    peer = Peer(tmp_path)
    # Of three characters and more the peer may find too much: it does not know their order.
    questions = ["信息", "企业", "龙凤", *(text for text in benchmark.questions(RESOURCES)["codes"])]

    for text in questions:
        asked = queries.prepare(REVIEWER, queries.Search(text=text))
        ours, (total, facets) = queries.tally(asked), peer.tally(text)

        assert peer.page(text) == [row.code for row in queries.page(asked)], text
        assert total == ours.total
        assert facets["sharing_type"] == {str(kind): n for kind, n in ours.facets["sharing_types"].items()}
    assert len(peer.page("信息")) == 20
    assert benchmark.recall(REVIEWER, RESOURCES, texts=5)[1] == 0
