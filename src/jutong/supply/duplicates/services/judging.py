"""Deciding about pairs: the same data, related, or not; a decision is remembered with its reason."""

from datetime import datetime

from django.db import transaction

from jutong.base.access import require
from jutong.foundation.audit import api as audit
from jutong.foundation.outbox import api as outbox
from jutong.kernel.policy import Subject
from jutong.supply.duplicates import events, policy, queries
from jutong.supply.duplicates.domain.errors import NegotiationUnderWay, ReasonMissing
from jutong.supply.duplicates.models import Pair
from jutong.supply.duplicates.values import Judgement


@transaction.atomic
def judge(*, pair_no: str, judgement: Judgement, reason: str, by: Subject, at: datetime) -> None:
    """Decide what a pair is; an earlier decision is replaced, and both stand in the audit.

    Raises NoSuchPair, NotPermitted, ReasonMissing, NegotiationUnderWay.
    """
    queries.get_pair(pair_no, by)
    require(by, policy.JUDGE_PAIRS)
    words = "".join(sign for sign in reason if sign.isprintable() or sign in "\n\t").strip()[:1000]
    if judgement is Judgement.OPEN or not words:
        raise ReasonMissing(field="reason")
    row = Pair.objects.select_for_update().get(pair_no=pair_no)
    party = queries.open_participation([row.first_code, row.second_code])
    if party is not None and row.judgement == Judgement.DUPLICATE and judgement is not Judgement.DUPLICATE:
        raise NegotiationUnderWay(case_no=party.negotiation.case_no)
    before = row.judgement
    row.judgement, row.reason, row.judged_by, row.judged_at = judgement, words, by.actor.to_json(), at
    row.save()
    audit.record(
        action="duplicates.pair.judged",
        by=by.actor,
        at=at,
        object_kind="duplicate_pair",
        object_code=row.pair_no,
        details={"before": before, "judgement": judgement.value, "first": row.first_code, "second": row.second_code},
    )
    outbox.publish(events.PairJudged(row.pair_no, row.first_code, row.second_code, judgement.value), at=at)
