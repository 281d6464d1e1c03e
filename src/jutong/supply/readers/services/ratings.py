"""Rating a resource: one vote a person, which may be changed and taken back."""

from datetime import datetime

from django.db import transaction

from jutong.base.access import require
from jutong.kernel.policy import Facts, Relation, Subject
from jutong.supply.readers import domain, policy, queries
from jutong.supply.readers.models import Rating
from jutong.supply.readers.services.common import published, record
from jutong.supply.readers.values import MOST_POINTS


@transaction.atomic
def rate(*, code: str, points: int, by: Subject, at: datetime) -> Rating:
    """Give a resource 1 to 5 points (评分), in place of those given before.

    Raises NotSignedIn, NoSuchResource, NotForReaders, OwnResource, PointsOutOfRange.
    """
    require(by, policy.RATE, Facts({Relation.SELF: by.person_no}))
    resource = published(code, by)
    if resource.provider_uscc == by.organisation:
        raise domain.OwnResource(resource=resource.code)
    if not 1 <= points <= MOST_POINTS:
        raise domain.PointsOutOfRange(field="points")
    row, _made = Rating.objects.update_or_create(
        resource_code=resource.code, person_no=by.person_no, defaults={"points": points, "at": at}
    )
    record("rating.given", by=by.actor, at=at, kind="rating", code=resource.code, resource=resource.code, points=points)
    return row


@transaction.atomic
def take_back(*, code: str, by: Subject, at: datetime) -> bool:
    """Take one's vote back; tells whether there was one. Raises NotSignedIn."""
    require(by, policy.RATE, Facts({Relation.SELF: by.person_no}))
    row = queries.ratings(by).filter(resource_code=code).first()
    if row is None:
        return False
    row.delete()
    record("rating.removed", by=by.actor, at=at, kind="rating", code=code, resource=code)
    return True
