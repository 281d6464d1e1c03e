"""The log on disk: whatever is torn or tampered with is found, whatever was durable stays."""

import asyncio
import random

import pytest
from pytest_socket import disable_socket, enable_socket

from jutong.delivery.gateway.plane.journal import Journal, segment_path, verify_log
from jutong.delivery.gateway.plane.journal.records import frame, unframe, whole_records
from jutong.delivery.gateway.plane.journal.segments import read_seal, segment_paths
from jutong.kernel.crypto import SigningKey

KEY = SigningKey(bytes(range(32)))


@pytest.fixture(autouse=True)
def network_is_shut():
    """An event loop has a pair of sockets of its own; the network stays shut."""
    disable_socket(allow_unix_socket=True)
    yield
    enable_socket()


TAMPERINGS = 200


def opened(folder, **changes):
    return Journal(folder, "g01", KEY, **{"segment_max_bytes": 600, "segment_max_seconds": 3600, **changes})


def write(folder, number, **changes):
    """Write records in groups of up to three; gives the numbers that were said to be durable."""

    async def run():
        journal = opened(folder, **changes)
        journal.start(asyncio.get_running_loop())
        durable = []
        for index in range(number):
            record = b'{"at":%d,"text":"%b"}' % (index, "值".encode() * (index % 7))
            expected = journal.next_number
            journal.append(record, lambda done, expected=expected: durable.append(expected) if done else None)
            if index % 3 == 2:
                await journal.drained()
        await journal.drained()
        journal.close()
        return durable

    return asyncio.run(run())


def numbers(folder):
    return [number for path in segment_paths(folder) for _, number, _ in whole_records(path.read_bytes()) if number]


def findings(folder):
    return list(verify_log(folder, KEY.public))


def test_a_record_reads_back_and_a_changed_one_does_not():
    line = frame(7, b'{"a":1}')

    assert unframe(line) == (7, b'{"a":1}')
    for index in range(len(line)):
        altered = bytearray(line)
        altered[index] ^= 1
        assert unframe(bytes(altered)) is None


def test_records_are_durable_in_order_and_the_chain_is_whole(tmp_path):
    durable = write(tmp_path, 50)

    assert durable == list(range(1, 51))
    assert numbers(tmp_path) == durable
    assert len(segment_paths(tmp_path)) > 3
    assert findings(tmp_path) == []


def test_a_second_start_goes_on_with_the_next_number(tmp_path):
    write(tmp_path, 5)

    assert write(tmp_path, 5) == [6, 7, 8, 9, 10]
    assert findings(tmp_path) == []


def test_wherever_the_last_segment_is_cut_the_log_goes_on_without_gap(tmp_path):
    source = tmp_path / "source"
    write(source, 9, segment_max_bytes=10**6)
    whole = segment_path(source, 1).read_bytes()

    for cut in range(0, len(whole), 7):
        folder = tmp_path / str(cut)
        folder.mkdir()
        segment_path(folder, 1).write_bytes(whole[:cut])
        kept = [number for _, number, _ in whole_records(whole[:cut]) if number]
        more = write(folder, 2, segment_max_bytes=10**6)
        assert more == [len(kept) + 1, len(kept) + 2]
        assert numbers(folder) == [*kept, *more]
        assert findings(folder) == []


def test_garbage_behind_the_last_record_is_cut_off(tmp_path):
    write(tmp_path, 4, segment_max_bytes=10**6)
    path = segment_path(tmp_path, 1)
    path.with_suffix(".seal").unlink()
    path.write_bytes(path.read_bytes() + bytes(4096) + frame(9, b"{}"))

    write(tmp_path, 1)

    assert numbers(tmp_path) == [1, 2, 3, 4, 5]
    assert findings(tmp_path) == []


def tamperings(rng, folder):
    """One way to falsify a log, chosen at random; says what it did."""
    paths = segment_paths(folder)
    path = rng.choice(paths[:-1])
    lines = path.read_bytes().splitlines(keepends=True)
    records = list(range(1, len(lines)))
    choice = rng.choice(
        ["edit", "delete", "insert", "swap", "truncate", "drop segment", "drop seal", "edit seal", "rewrite"]
    )
    at = rng.choice(records)
    match choice:
        case "edit":
            number, payload = unframe(lines[at])
            lines[at] = frame(number, payload.replace(b'"at":', b'"At":'))
        case "delete":
            del lines[at]
        case "insert":
            lines.insert(at, frame(unframe(lines[at])[0], b'{"at":99}'))
        case "swap":
            other = rng.choice([index for index in range(len(lines)) if index != at])
            lines[at], lines[other] = lines[other], lines[at]
        case "truncate":
            lines = lines[:at]
        case "drop segment":
            if path == paths[0]:
                path = paths[1]
            path.unlink()
            path.with_suffix(".seal").unlink()
            return choice
        case "drop seal":
            path.with_suffix(".seal").unlink()
            return choice
        case "edit seal":
            seal = path.with_suffix(".seal")
            seal.write_bytes(seal.read_bytes().replace(b'"last":', b'"last":1'))
            return choice
        case _:
            _reseal(path, b"".join([*lines[:at], *lines[at + 1 :]]))
            return choice
    path.write_bytes(b"".join(lines))
    return choice


def _reseal(path, data):
    """What somebody with the disk but without the key can do: another key's seal over other content."""
    from dataclasses import replace

    from jutong.delivery.gateway.plane.journal.segments import write_seal
    from jutong.kernel.crypto import sha256_hex

    other = SigningKey(bytes(32))
    path.write_bytes(data)
    seal = replace(read_seal(path), digest=sha256_hex(data), public_key=other.public.hex())
    write_seal(path, replace(seal, signature=other.sign(seal.signed_bytes()).hex()))


def test_every_tampering_is_found(tmp_path):
    import shutil

    rng = random.Random(5)
    source = tmp_path / "source"
    write(source, 60)
    missed = []
    for number in range(TAMPERINGS):
        folder = tmp_path / str(number)
        shutil.copytree(source, folder)
        what = tamperings(rng, folder)
        if not findings(folder):
            missed.append(what)
        shutil.rmtree(folder)

    assert missed == []


def test_a_log_sealed_by_another_gateway_is_not_ours(tmp_path):
    write(tmp_path, 9)

    assert list(verify_log(tmp_path, SigningKey(bytes(32)).public))


def test_an_old_segment_is_sealed_although_nothing_more_comes(tmp_path):
    async def run():
        journal = opened(tmp_path, segment_max_seconds=0)
        journal.start(asyncio.get_running_loop())
        journal.append(b"{}", lambda done: None)
        await journal.drained()
        await asyncio.sleep(0.01)
        journal.rotate_if_old()
        await journal.drained()
        sealed = read_seal(segment_path(tmp_path, 1))
        journal.close()
        return sealed

    assert asyncio.run(run()).last == 1


@pytest.mark.parametrize("data", [b"", b"\n", b"1\t", b"x\ty\tz\n", bytes(100), b"0\t00000000\t{}\n"])
def test_nonsense_is_no_record(data):
    assert list(whole_records(data)) == []
