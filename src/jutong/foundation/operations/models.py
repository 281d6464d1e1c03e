"""What the platform remembers of itself."""

from django.db import models


class InstalledState(models.Model):
    """Up to which state of the program this database was brought (安装状态), one row a kind of work.

    Written when everything of that work has ended, so that an interrupted one is done again. Read without Django by
    `jutong migrate`.
    """

    name = models.CharField(max_length=40, primary_key=True)
    digest = models.CharField(max_length=64)
    noted_at = models.DateTimeField()

    class Meta:
        db_table = "operations_installed_state"

    def __str__(self) -> str:
        return f"{self.name} {self.digest[:12]}"
