"""A worker killed in the middle of an import leaves nothing of it; whoever takes the job up again ends it."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connection

from jutong.kernel import clock
from jutong.supply.catalogue.models import Draft
from jutong.supply.interchange import queries
from jutong.supply.interchange.models import ImportFault, ImportLine
from jutong.supply.interchange.services import imports, work
from tests.integration.interchange.conftest import as_file, brought, shops

pytestmark = pytest.mark.django_db(transaction=True)

ENTRIES = 300
"""More than the worker takes at once: one portion lies in the open transaction when the next is begun."""

WORKER = """
import os, signal, sys
import django
from django.conf import settings
django.setup()
settings.DATABASES["default"]["NAME"] = sys.argv[1]
from jutong.kernel import clock
from jutong.supply.interchange.services import work
step, where, named = sys.argv[2:5]
place = work if where == "work" else work.catalogue
within = getattr(place, named)
calls = []
def dying(*given, **named_given):
    calls.append(1)
    if len(calls) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return within(*given, **named_given)
setattr(place, named, dying)
getattr(work, step)(import_no=sys.argv[5], at=clock.now())
"""


def killed_while(step: str, where: str, named: str, import_no: str) -> None:
    """A worker does a step of an import and dies as it calls something the second time."""
    ended = subprocess.run(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"], step, where, named, import_no],
        env=os.environ | {"JUTONG_DATA_DIR": str(settings.JUTONG_DATA_DIR)},
        check=False,
        timeout=120,
    )
    assert ended.returncode == -signal.SIGKILL


def file_of_many(market):
    return as_file([shops(market, title=f"个体工商户登记信息（{n}）") for n in range(ENTRIES)])


def test_nothing_is_left_of_a_reading_that_was_cut_and_it_is_read_whole_again(market):
    number = imports.bring(name="目录.xlsx", content=file_of_many(market), by=market.subject, at=clock.now())

    killed_while("read", "work", "copy_in", number)
    after = (queries.get_import(number, market.subject).state, ImportLine.objects.count(), ImportFault.objects.count())
    work.read(import_no=number, at=clock.now())

    row = queries.get_import(number, market.subject)
    assert after == ("reading", 0, 0)
    assert (row.state, row.new, ImportLine.objects.count()) == ("ready", ENTRIES, ENTRIES)


def test_nothing_is_imported_by_a_writing_that_was_cut_and_all_of_it_once_by_the_next(market):
    row = brought(market, file_of_many(market))
    imports.confirm(import_no=row.import_no, by=market.subject, at=clock.now())

    killed_while("write", "catalogue", "create_drafts", row.import_no)
    after = (queries.get_import(row.import_no, market.subject).state, Draft.objects.count())
    work.write(import_no=row.import_no, at=clock.now())
    work.write(import_no=row.import_no, at=clock.now())

    assert after == ("writing", 0)
    assert queries.get_import(row.import_no, market.subject).state == "done"
    assert Draft.objects.count() == Draft.objects.values("title").distinct().count() == ENTRIES
