from django.db import migrations

# Queued tasks are found again by the place of their function: what waits while the shop is brought
# up to date is done afterwards, and what failed is still told by its name.
MOVED = {
    "cms.colleagues.mailing.": "cms.colleagues.mail.",
    "shop.amending.suspending.": "shop.moderation.suspend.",
    "shop.amending.taking_down.": "shop.moderation.take_down.",
    "shop.festivals.mailing.": "shop.festivals.mail.",
    "shop.listings.mailing.": "shop.listings.mail.",
    "shop.payments.calling_off.": "shop.payments.call_off.",
    "shop.payments.voiding.": "shop.payments.void.",
    "shop.payments.watching.": "shop.payments.watch.",
    "shop.reminders.mailing.": "shop.reminders.mail.",
    "shop.reporting.checks.": "shop.reports.checks.",
    "shop.workspace.people.mailing.": "shop.workspace.people.mail.",
    "shop.workspace.sheets.receiving.": "shop.workspace.sheets.receive.",
    "shop.workspace.sheets.working.": "shop.workspace.sheets.work.",
}
DIED = ("shop.workers.reviving.WorkersDied", "shop.workers.revive.WorkersDied")


def rename(editor, names):
    """Give the tasks in the queue, and those that are done, the new places of their functions."""
    with editor.connection.cursor() as cursor:
        for old, new in names:
            cursor.execute(
                "UPDATE django_tasks_database_dbtaskresult "
                "SET task_path = %s || substr(task_path, %s) WHERE starts_with(task_path, %s)",
                [new, len(old) + 1, old],
            )


def index(editor, path, died):
    with editor.connection.cursor() as cursor:
        cursor.execute("DROP INDEX tasks_alerts")
        cursor.execute(f"CREATE INDEX tasks_alerts ON django_tasks_database_dbtaskresult (id) "
                       f"WHERE task_path = '{path}'")
        cursor.execute(
            "UPDATE django_tasks_database_dbtaskresult SET exception_class_path = %s "
            "WHERE exception_class_path = %s", [died[1], died[0]]
        )


def forwards(apps, editor):
    rename(editor, MOVED.items())
    index(editor, "shop.payments.watch.send_alerts", DIED)


def backwards(apps, editor):
    rename(editor, ((new, old) for old, new in MOVED.items()))
    index(editor, "shop.payments.watching.send_alerts", DIED[::-1])


class Migration(migrations.Migration):

    dependencies = [("shop", "0045_floor"), ("django_tasks_database", "0021_conditional_partial_index_ordering")]

    operations = [migrations.RunPython(forwards, backwards)]
