from django.db import models


class SentMail(models.Model):
    """That a mail about an order went out: which one and when, no address and no copy of it."""

    order_number = models.CharField(max_length=24)
    key = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["order_number"], name="sent_mail_of_order")]
