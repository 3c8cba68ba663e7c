from django.db import models


class Worker(models.Model):
    """A process that does queued work, and when it last said that it lives."""

    id = models.CharField(max_length=64, primary_key=True)
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()
