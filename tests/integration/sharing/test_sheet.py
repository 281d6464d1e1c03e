"""What the printed sheet of a request and of an entry tells."""

from types import SimpleNamespace

import pytest
from django.utils import translation

from jutong.delivery.sharing.procedures import DataRequest
from jutong.foundation.procedures import api as procedures
from jutong.kernel.policy import Post, Subject
from jutong.supply.catalogue import api as catalogue
from tests.integration.sharing.conftest import AT

pytestmark = pytest.mark.django_db


def test_a_request_s_sheet_tells_what_was_asked_and_spares_who_does_not_see_the_request(town, residents):
    case = procedures.case(town.ask(residents, "gmsfhm", "xm"))

    with translation.override("zh-hans"):
        told = dict(DataRequest.sheet(case, town.consumer.subject))
        spared = DataRequest.sheet(case, Subject("P0", Post.FINANCE, town.consumer.subject.organisation))

    assert told["使用用途"] == "核验申请人登记信息"
    assert "gmsfhm" in told["所需数据项"]
    assert all(isinstance(text, str) and text for text in told.values())
    assert spared == ()


def test_an_entry_s_sheet_tells_its_elements_and_items_to_those_who_see_the_draft(town):
    from jutong.supply.catalogue.procedures import Compilation
    from tests.unit.supply.catalogue import samples

    by = town.provider.subject
    content = samples.residents().changed(provider_uscc=by.organisation, classification="")
    draft_no = catalogue.create_draft(content=content, by=by, at=AT)
    case = SimpleNamespace(subject_code=draft_no, data={})

    with translation.override("zh-hans"):
        told = dict(Compilation.sheet(case, by))

    assert told["数据资源名称"] == content.title
    assert all(item.column_name in told["数据项"] for item in content.items)
    assert content.legal_bases[0].title in told["法律法规依据"]
    assert Compilation.sheet(case, town.stranger.subject) == ()
