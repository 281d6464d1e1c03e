"""Proposing which column of a table or upload is which data item of a resource. Nothing is kept, no source is asked."""

from collections.abc import Sequence
from dataclasses import replace

from jutong.base.access import require
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.supply.catalogue import api as catalogue
from jutong.supply.catalogue.values import Resource
from jutong.supply.mounting import policy, queries
from jutong.supply.mounting.domain.errors import SourceOfAnother
from jutong.supply.mounting.domain.likeness import propose_columns
from jutong.supply.mounting.services.mounts import items_wanted, texts_of
from jutong.supply.mounting.services.scans import origin_for
from jutong.supply.mounting.values import ColumnFound, ColumnProposal, MatchGround, Matching, TableRef


def match_table(*, resource_code: str, source_no: str, table: TableRef, by: Subject) -> Matching:
    """The columns of a table, as its last scan found them. Raises NoSuchResource, NotPermitted, NoSuchSource,
    SourceOfAnother, NoSuchScan.
    """
    resource = _resource(resource_code, by)
    source = queries.get_source(source_no, by)
    if source.organisation != resource.provider_uscc:
        raise SourceOfAnother(field="source_no")
    return match(resource, queries.scanned(source, table).columns)


def match_file(*, resource_code: str, file_no: str, by: Subject) -> Matching:
    """The columns of an upload. Raises as `match_table` does."""
    resource = _resource(resource_code, by)
    file = queries.get_file(file_no, by)
    if file.organisation != resource.provider_uscc:
        raise SourceOfAnother(field="file_no")
    return match(resource, texts_of(file))


def match(resource: Resource, found: Sequence[ColumnFound]) -> Matching:
    """The columns found, for the items of a resource; those its draft was made from come before all likeness."""
    origin = origin_for(resource.code, resource.provider_uscc)
    names = {column.name for column in found}
    known = {item: source for item, source in (origin.columns if origin else {}).items() if source in names}
    wanted = items_wanted(resource)
    left = [item for item in wanted if item.column_name not in known]
    sure = {
        item.column_name: ColumnProposal(
            item.column_name, known[item.column_name], MatchGround.ORIGIN.confidence, MatchGround.ORIGIN
        )
        for item in wanted
        if item.column_name in known
    }
    used = {proposal.source for proposal in sure.values()}
    rest = propose_columns(left, [column for column in found if column.name not in used], catalogue.same_name())
    by_item = sure | {proposal.item: proposal for proposal in rest.columns}
    return replace(rest, columns=tuple(by_item[name] for name in (i.column_name for i in wanted) if name in by_item))


def _resource(resource_code: str, by: Subject) -> Resource:
    resource = catalogue.view_resource(resource_code, by=by)
    require(by, policy.MANAGE_MOUNTS, Facts({Relation.PROVIDER: resource.provider_uscc}))
    return resource
