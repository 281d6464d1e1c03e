"""Reading imports: what a subject may see of them, and their rows as values."""

from django.db.models import QuerySet

from jutong.base.access import scope_q
from jutong.kernel.policy import Action, Facts, Relation, Subject
from jutong.supply.interchange import policy
from jutong.supply.interchange.domain.errors import NoSuchImport
from jutong.supply.interchange.models import Import, ImportFault, ImportLine
from jutong.supply.interchange.values import Fault, Spot

_PROVIDER = {Relation.PROVIDER: "provider_uscc"}


def facts(row: Import) -> Facts:
    """What the decision may know of an import."""
    return Facts({Relation.PROVIDER: row.provider_uscc})


def imports(subject: Subject, action: Action = policy.VIEW_IMPORT) -> QuerySet[Import]:
    """The imports on which this subject may act so, the newest first."""
    return Import.objects.filter(scope_q(subject, action, _PROVIDER)).order_by("-requested_at", "-id")


def get_import(import_no: str, subject: Subject) -> Import:
    """An import this subject may know of.

    Raises NoSuchImport.
    """
    row = imports(subject).filter(import_no=import_no).first()
    if row is None:
        raise NoSuchImport(import_no=import_no)
    return row


def lines(row: Import) -> QuerySet[ImportLine]:
    """The entries of an import in the order of the file, without their content."""
    return ImportLine.objects.filter(job=row).defer("content").order_by("position")


def faults(row: Import, *, hinders: bool | None = None) -> QuerySet[ImportFault]:
    """The faults of an import in the order of the file; with `hinders` only those, or only the gaps."""
    rows = ImportFault.objects.filter(job=row).order_by("number")
    return rows if hinders is None else rows.filter(hinders=hinders)


def fault_of(row: ImportFault) -> Fault:
    """A kept fault as a value."""
    return Fault(Spot(row.sheet, row.cell), row.code, row.reason, row.remedy, row.details, row.value)
