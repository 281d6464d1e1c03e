"""A steward of a department with its catalogue, and files as he would bring them."""

import io

import pytest
from django.db import transaction

from jutong.kernel import clock
from jutong.kernel.policy import Post
from jutong.registry.organisations import api as organisations
from jutong.supply.catalogue import api as catalogue
from jutong.supply.interchange import queries
from jutong.supply.interchange.adapters import sheets
from jutong.supply.interchange.domain.writing import Written
from jutong.supply.interchange.services import imports, work
from tests.support.posts import Holder, holder_of
from tests.support.register import lay_down_small_register
from tests.unit.supply.catalogue import samples

WRITERS = {"xlsx": sheets.write_xlsx, "csv": sheets.write_csv, "json": sheets.write_json}


@pytest.fixture
def market(db) -> Holder:
    """The steward of the market supervision bureau."""
    at = clock.now()
    lay_down_small_register(at)
    catalogue.ensure_start_data(at=at)
    with transaction.atomic():
        return holder_of(Post.DATA_STEWARD, organisations.departments(text="scjgj")[0].uscc)


def shops(of: Holder, **changes):
    return samples.shops(**{"provider_uscc": of.subject.organisation, "classification": "", **changes})


def residents(of: Holder, **changes):
    return samples.residents(**{"provider_uscc": of.subject.organisation, "classification": "", **changes})


def as_file(entries, form: str = "xlsx") -> io.BytesIO:
    """A file of contents, or of contents with their codes."""
    written = [entry if isinstance(entry, Written) else Written(entry, "市场监管局") for entry in entries]
    file = io.BytesIO()
    WRITERS[form](file, written)
    file.seek(0)
    return file


def brought(of: Holder, content: io.BytesIO, name: str = "目录.xlsx"):
    """An import brought and read."""
    number = imports.bring(name=name, content=content, by=of.subject, at=clock.now())
    work.read(import_no=number, at=clock.now())
    return queries.get_import(number, of.subject)


def written(of: Holder, row):
    """An import confirmed and written."""
    imports.confirm(import_no=row.import_no, by=of.subject, at=clock.now())
    work.write(import_no=row.import_no, at=clock.now())
    return queries.get_import(row.import_no, of.subject)


def published(of: Holder, content) -> str:
    """A published resource of the steward's department; gives its code."""
    from jutong.supply.catalogue import services

    at = clock.now()
    draft_no = catalogue.create_draft(content=content, by=of.subject, at=at)
    services.take_submission(draft_no=draft_no, case_no="", by=of.subject.actor, at=at)
    services.take_approval(draft_no=draft_no, by=of.subject.actor, at=at)
    return services.take_publication(draft_no=draft_no, by=of.subject.actor, at=at)
