"""Writes the log to a file, for the stand-alone verifier."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from jutong.foundation.audit import queries, services
from jutong.kernel import clock
from jutong.kernel.actors import PLATFORM


class Command(BaseCommand):
    help = "Write the audit log to a file for `python -m jutong_verify`; the public key lies beside it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--after", type=int, default=0, help="begin after so many entries")

    def handle(self, *args: Any, **options: Any) -> None:
        at, signer, path = clock.now(), services.signer(), options["file"]
        services.record(
            action="audit.log.exported",
            by=PLATFORM,
            at=at,
            object_kind="audit_log",
            object_code=signer.origin,
            details={"after": options["after"], "by": "operator"},
        )
        with path.open("wb") as file:
            file.writelines(queries.export_lines(signer, at=at, after=options["after"]))
        path.with_suffix(".vkey").write_text(signer.verifier_key + "\n", "utf-8")
        self.stdout.write(f"{path}\n{path.with_suffix('.vkey')}")
