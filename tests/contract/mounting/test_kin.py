"""KingbaseES and openGauss: their statements on a real PostgreSQL, whose older words are theirs too.

What their own servers would make of them is not proved; the pages say so (`SourceKind.proved`).
"""

from dataclasses import replace

import pytest

from jutong.supply.mounting.adapters import adapter_for
from jutong.supply.mounting.adapters.kin import OPENGAUSS
from jutong.supply.mounting.adapters.postgresql import _connection_error
from jutong.supply.mounting.domain.errors import SourceRefused, WatermarkUnfit
from jutong.supply.mounting.values import SourceKind
from tests.contract.mounting.reading import load, request_for
from tests.contract.mounting.test_adapters import ROWS


@pytest.fixture(params=[SourceKind.KINGBASE, SourceKind.OPENGAUSS], ids=str)
def kin(request, lab):
    if lab.kind is not SourceKind.POSTGRESQL:
        pytest.skip("the wire is PostgreSQL's")
    return replace(lab, kind=request.param, dial=replace(lab.dial, kind=request.param))


def test_a_kin_is_scanned_read_and_digested_as_its_relation_is(kin, lab, postgres_18):
    kin.run(
        "CREATE TABLE IF NOT EXISTS owner (a int, b int, PRIMARY KEY (b, a), c bigint REFERENCES person (id));"
        "CREATE TABLE IF NOT EXISTS owned (x int, y int, FOREIGN KEY (x, y) REFERENCES owner (b, a))"
    )

    for name in ("person", "owner", "owned", "grown"):
        assert kin.adapter.describe(kin.table(name)) == lab.adapter.describe(lab.table(name))
    assert kin.adapter.describe(kin.table("owner")).key == ("b", "a")
    assert kin.adapter.test().tables == lab.adapter.test().tables
    assert kin.adapter.test().server.startswith("KingbaseES" if kin.kind is SourceKind.KINGBASE else "openGauss")
    rows, cursor, _, _ = load(kin, postgres_18, request_for(kin, "person"))
    assert (rows, cursor) == (ROWS, None)
    assert kin.adapter.digest(request_for(kin, "person")) == lab.adapter.digest(request_for(lab, "person"))


def test_no_increments_are_read_by_transactions_that_were_not_proved(kin):
    with pytest.raises(WatermarkUnfit):
        kin.adapter.check_incremental(kin.adapter.describe(kin.table("person")), "")
    with pytest.raises(WatermarkUnfit), kin.adapter.stream(request_for(kin, "person", incremental=True)):
        pass
    abilities = {ability.name: ability.present for ability in kin.adapter.abilities()}
    assert abilities["incremental"] is False
    assert not kin.kind.proved


def test_words_that_the_older_catalogue_has_not_are_not_used():
    for word in ("relispartition", "ORDINALITY", "conparentid", "LATERAL", "array_position"):
        assert word not in OPENGAUSS.tables + OPENGAUSS.foreign_keys


@pytest.mark.parametrize(
    "words",
    [
        "connection failed: none of the server's SASL authentication mechanisms are supported",
        "connection failed: authentication method 10 not supported",
    ],
)
def test_a_way_to_sign_in_that_libpq_does_not_know_is_told_as_such(words):
    error = _connection_error(words)

    assert isinstance(error, SourceRefused)
    assert "登录方式不受支持" in str(error)


def test_each_kind_of_source_has_an_adapter_that_declares_its_gaps(lab):
    for kind in SourceKind:
        gaps = [each for each in adapter_for(replace(lab.dial, kind=kind)).abilities() if not each.present]
        assert gaps
        assert all(each.words.endswith("。") for each in gaps)
