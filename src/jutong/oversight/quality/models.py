"""Scores as they were measured; none is ever changed."""

from django.db import models

from jutong.base.models import resource_code_field, uscc_field


class ScoreRow(models.Model):
    """One scoring of a resource (质量评分记录)."""

    resource_code = resource_code_field()
    provider_uscc = uscc_field()
    run_no = models.CharField(max_length=40, blank=True)
    measured_at = models.DateTimeField()
    total = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    stars = models.PositiveSmallIntegerField()
    row_count = models.BigIntegerField()
    dimensions = models.JSONField()
    measures = models.JSONField()

    class Meta:
        db_table = "quality_score"
        indexes = [
            models.Index(fields=["resource_code", "-measured_at"], name="quality_score_latest"),
            models.Index(fields=["provider_uscc", "-measured_at"], name="quality_score_provider"),
        ]
