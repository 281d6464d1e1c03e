"""Nonces and quotas in their memory maps, against simple models."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jutong.delivery.gateway.plane.shared import NonceTable, NonceTableFull, QuotaTable
from jutong.delivery.gateway.plane.shared.nonces import SLICE_MS, SLICES
from jutong.delivery.gateway.values.scheme import WINDOW_SECONDS

T0 = 1_767_225_600_000
WINDOW_MS = WINDOW_SECONDS * 1000


@pytest.fixture
def nonces(tmp_path):
    def opened(**changes):
        options = {"per_slice": 1024, "shared": False, "now_ms": T0, **changes}
        return NonceTable(tmp_path / "nonces", **options)

    return opened


def test_the_slices_reach_over_the_whole_window():
    for offset in range(0, SLICE_MS, 997):
        first = (T0 + offset - WINDOW_MS) // SLICE_MS
        last = (T0 + offset + WINDOW_MS) // SLICE_MS
        assert last - first + 1 < SLICES


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_nonce_is_good_once_within_the_window(tmp_path_factory, data):
    table = NonceTable(
        tmp_path_factory.mktemp("nonces") / "table", per_slice=4096, shared=data.draw(st.booleans()), now_ms=T0
    )
    used, now = set(), T0
    for _ in range(data.draw(st.integers(1, 60))):
        now += data.draw(st.integers(0, 90_000))
        timestamp = now + data.draw(st.integers(-WINDOW_MS, WINDOW_MS))
        nonce = b"n%d" % data.draw(st.integers(0, 5))
        assert table.use(b"K", nonce, timestamp) is ((nonce, timestamp // SLICE_MS) not in used)
        used.add((nonce, timestamp // SLICE_MS))
        # Every replay of what is still inside the window is noticed.
        for old_nonce, epoch in used:
            if abs(now - epoch * SLICE_MS) < WINDOW_MS - SLICE_MS:
                assert not table.use(b"K", old_nonce, epoch * SLICE_MS)
    table.close()


def test_keys_have_nonces_of_their_own(nonces):
    table = nonces()

    assert table.use(b"K1", b"n", T0)
    assert table.use(b"K2", b"n", T0)
    assert not table.use(b"K1", b"n", T0)


def test_the_table_survives_its_process_and_knows_when_it_began(nonces):
    first = nonces()
    assert not first.intact
    assert first.use(b"K", b"n", T0)
    first.close()

    again = nonces(now_ms=T0 + 5000)

    assert again.intact
    assert again.not_before_ms == T0
    assert not again.use(b"K", b"n", T0)


def test_a_table_of_another_boot_or_size_is_begun_anew(nonces, monkeypatch):
    from jutong.delivery.gateway.plane.shared import mapped

    nonces().close()
    monkeypatch.setattr(mapped, "_boot_id", lambda: b"x" * 36)
    other_boot = nonces(now_ms=T0 + 5000)
    other_boot.close()
    other_size = nonces(per_slice=2048, now_ms=T0 + 9000)

    assert not other_boot.intact
    assert other_boot.not_before_ms == T0 + 5000
    assert not other_size.intact


def test_two_workers_share_one_table(nonces):
    first, second = nonces(shared=True), nonces(shared=True)

    assert first.use(b"K", b"n", T0)
    assert not second.use(b"K", b"n", T0)
    later = T0 + SLICES * SLICE_MS
    assert second.use(b"K", b"m", later)
    assert not first.use(b"K", b"m", later)


def test_a_full_table_refuses_and_never_forgets(nonces):
    table = nonces(per_slice=256)
    used = []

    def fill():
        for number in range(2000):
            assert table.use(b"K", b"%d" % number, T0)
            used.append(number)

    with pytest.raises(NonceTableFull):
        fill()

    assert len(used) > 128
    assert not any(table.use(b"K", b"%d" % number, T0) for number in used)


@pytest.fixture
def quotas(tmp_path):
    return lambda **changes: QuotaTable(tmp_path / "quotas", **{"shared": False, "now_ms": T0, **changes})


def test_a_day_ends_at_midnight_in_shanghai(quotas):
    table = quotas()
    evening = 1_767_196_740.0  # 2025-12-31 23:59 in Shanghai

    taken = [table.take("SQ1", 100, 2, evening + second)[0] for second in range(3)]
    spent, retry_after = table.take("SQ1", 100, 2, evening + 3)
    after_midnight = table.take("SQ1", 100, 2, evening + 60)

    assert taken == ["", "", "per_day"]
    assert (spent, retry_after) == ("per_day", 58)
    assert after_midnight == ("", 0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 0.6), max_size=60), st.integers(1, 5))
def test_no_second_gives_more_than_twice_its_share(tmp_path_factory, pauses, per_second):
    table = QuotaTable(tmp_path_factory.mktemp("quotas") / "table", shared=False, now_ms=T0)
    now, given_at = 1_767_225_600.0, []
    for pause in pauses:
        now += pause
        if not table.take("SQ1", per_second, 1000, now)[0]:
            given_at.append(now)
    for moment in given_at:
        assert sum(moment <= other < moment + 1 for other in given_at) <= 2 * per_second
    table.close()


def test_counts_survive_and_are_shared(quotas):
    first, second = quotas(shared=True), quotas(shared=True)
    now = T0 / 1000

    for table in (first, second, first):
        assert table.take("SQ1", 100, 3, now) == ("", 0)

    assert second.take("SQ1", 100, 3, now)[0] == "per_day"
    first.close()
    assert quotas().used_today("SQ1", now) == 3


def test_slots_of_yesterday_are_used_again_when_all_are_taken(quotas, monkeypatch):
    from jutong.delivery.gateway.plane.shared import quotas as module

    monkeypatch.setattr(module, "_SLOTS", 4)
    table = quotas()
    now = T0 / 1000
    for number in range(4):
        assert table.take(f"SQ{number}", 10, 10, now)[0] == ""

    with pytest.raises(OverflowError):
        table.take("SQ4", 10, 10, now)
    assert table.take("SQ4", 10, 10, now + 86_400)[0] == ""
    assert table.used_today("SQ4", now + 86_400) == 1
