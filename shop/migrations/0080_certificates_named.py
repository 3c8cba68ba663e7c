"""Certificates that stores named without a paper are asked for it, and count no more until then."""

from django.db import migrations
from django.db.models import F
from django.utils import timezone


def ask_for_papers(apps, schema_editor):
    merchants = apps.get_model("shop", "Merchant")
    certificates = apps.get_model("shop", "Certificate")
    named = merchants.objects.exclude(certifications=[])
    now = timezone.now()
    certificates.objects.bulk_create(
        certificates(merchant_id=pk, title=title, state="missing", sent_at=now)
        for pk, titles in named.values_list("pk", "certifications")
        for title in dict.fromkeys(titles)
    )
    # Search finds products by the certificates of their stores: the beat indexes these anew.
    listings = apps.get_model("shop", "Listing").objects.filter(product__merchant__in=named)
    listings.filter(edition__gt=0).update(edition=F("edition") - 1)
    named.update(certifications=[])
    for change in apps.get_model("shop", "Amendment").objects.filter(words__has_key="certifications"):
        del change.words["certifications"]
        if change.words or change.texts or change.has_pictures:
            change.save(update_fields=["words"])
        else:
            change.delete()


def name_again(apps, schema_editor):
    certificates = apps.get_model("shop", "Certificate")
    merchants = apps.get_model("shop", "Merchant")
    for pk in set(certificates.objects.values_list("merchant", flat=True)):
        own = certificates.objects.filter(merchant=pk, state__in=["missing", "counts"])
        titles = sorted(set(own.values_list("title", flat=True)))
        merchants.objects.filter(pk=pk).update(certifications=titles)


class Migration(migrations.Migration):
    dependencies = [("shop", "0079_certificates")]

    operations = [migrations.RunPython(ask_for_papers, name_again, elidable=True)]
