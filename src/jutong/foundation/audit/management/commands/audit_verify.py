"""Checks the log as it lies in the database, by the stand-alone verifier, and the subtrees that serve proofs."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

import jutong_verify
from jutong.foundation.audit import queries, services
from jutong.kernel import clock


class Command(BaseCommand):
    help = "Verify the audit log in the database; give checkpoints kept elsewhere with --checkpoint."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--checkpoint", type=Path, action="append", default=[])

    def handle(self, *args: Any, **options: Any) -> None:
        signer = services.signer()
        key = jutong_verify.Key.parse(signer.verifier_key)
        known = [jutong_verify.open_note(path.read_text("utf-8"), key) for path in options["checkpoint"]]
        report = jutong_verify.verify(queries.export_lines(signer, at=clock.now()), key, known)
        for finding in report.findings:
            self.stdout.write(f"{finding.kind}: {finding.words}")
        damaged = list(services.damaged_nodes())
        for place in damaged:
            self.stdout.write(f"node: level {place.level}, position {place.position}")
        if report.findings or damaged:
            raise CommandError(f"{len(report.findings) + len(damaged)} findings")
        self.stdout.write(f"intact: {report.entries} entries, {report.checkpoints} checkpoints")
