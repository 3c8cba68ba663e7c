from django.contrib.postgres.operations import (
    BtreeGistExtension,
    TrigramExtension,
    UnaccentExtension,
)
from django.db import migrations


class Migration(migrations.Migration):
    """Trusted extensions: the database's owner may create them."""

    dependencies = [("shop", "0001_users")]

    operations = [BtreeGistExtension(), UnaccentExtension(), TrigramExtension()]
