from django.db import models


class RateLimitCount(models.Model):
    """The count of a limit so far, under a name, until it no longer matters."""

    name = models.CharField(max_length=300, primary_key=True)
    value = models.TextField(help_text="As JSON.")
    until = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "shop_kept"
        verbose_name_plural = "kept"
