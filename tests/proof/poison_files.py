"""Harmful and careless files of rows, each given to the reading child: the right verdict, 512 MB and ten seconds.

The time is the child's own on the processor, so that a busy machine does not fail it.
"""

import resource

from tests.support import figures
from tests.support.file_reading import verdict_on
from tests.support.poisoned_files import poisons

MEBIBYTES, SECONDS = 512, 10


def main() -> None:
    """Record `poison.exchange`. Raises AssertionError with each file that met another verdict, or whose child grew."""
    wrong: list[str] = []
    collection = poisons()
    for poison in collection:
        content = poison.content()
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        verdict = verdict_on(poison.name, content, poison.wish, by_child=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        # Two children read each file: one to inspect it, one to stream it.
        seconds = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 2
        if verdict != poison.verdict:
            wrong.append(f"{poison.label}: {verdict} instead of {poison.verdict}")
        if seconds > SECONDS:
            wrong.append(f"{poison.label}: {seconds:.1f} s")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{len(collection)} files, the largest child {most:.0f} MiB")
    figures.record("poison.exchange", len(collection), "files", tried=len(collection), failed=len(wrong))
    assert not wrong, wrong
    assert most <= MEBIBYTES, most


if __name__ == "__main__":
    main()
