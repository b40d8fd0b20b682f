from django.db import models


class MemberStatus(models.IntegerChoices):
    """Small integers: there are 48 million rows."""

    ACTIVE = 1
    SUSPENDED = 2
    WITHDRAWN = 3


class Member(models.Model):
    """A person with an account on the platform. Kept narrow; members are found by ranges of `id`."""

    joined_on = models.DateField()
    status = models.PositiveSmallIntegerField(default=MemberStatus.ACTIVE, choices=MemberStatus.choices)

    def __str__(self) -> str:
        return str(self.pk)
