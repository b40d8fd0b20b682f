"""How dates and numbers are written in Korean. Django's own put the time as "2:50 오전" behind the date."""

DATE_FORMAT = "Y년 n월 j일"
DATETIME_FORMAT = "Y년 n월 j일 H:i"
SHORT_DATE_FORMAT = "Y.m.d"
SHORT_DATETIME_FORMAT = "Y.m.d H:i"
SECOND_FORMAT = "Y.m.d H:i:s"  # ours
TIME_FORMAT = "H:i"
MONTH_DAY_FORMAT = "n월 j일"
