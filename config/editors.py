"""The documents and time zones that people at the organizers' desk may choose in Wagtail."""

from zoneinfo import available_timezones

# Nothing that could carry a script: a document comes from the shop's own address.
WAGTAILDOCS_EXTENSIONS = ["csv", "docx", "ods", "odt", "pdf", "pptx", "txt", "xlsx"]
# Browsers do not know the zone of the machine, and their script ends at its name.
WAGTAIL_USER_TIME_ZONES = sorted(available_timezones() - {"localtime", "Factory"})
