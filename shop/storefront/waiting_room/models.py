from django.db import models


class Place(models.Model):
    """Somebody's place in the queue before the checkout while the shop is overloaded.

    Its id is the number in the order of arrival; the signed ticket in the visitor's browser says
    the same, so that a row which was forgotten is written again as it was. ``kept`` holds what
    was posted meanwhile, by address, until it is done.
    """

    came_at = models.DateTimeField()
    asked_at = models.DateTimeField(help_text="When its page asked last.")
    passed_at = models.DateTimeField(null=True, help_text="When it was let in.")
    kept = models.JSONField(default=dict)
    network_key = models.CharField(max_length=64, blank=True, help_text="A hash of the address.")

    class Meta:
        indexes = [
            models.Index(
                fields=["asked_at", "id"],
                condition=models.Q(passed_at__isnull=True),
                name="places_that_wait",
            ),
            models.Index(fields=["asked_at"], name="places_by_age"),
        ]
