"""How dates and numbers are written in English: day before month, 24 hours, as on the Korean pages beside it."""

DATE_FORMAT = "j F Y"
DATETIME_FORMAT = "j F Y, H:i"
SHORT_DATE_FORMAT = "Y-m-d"
SHORT_DATETIME_FORMAT = "Y-m-d H:i"
SECOND_FORMAT = "Y-m-d H:i:s"  # ours
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = "j F"
