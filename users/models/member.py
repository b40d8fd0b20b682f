from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MemberStatus(models.IntegerChoices):
    """Small integers: there are 48 million rows."""

    ACTIVE = 1
    SUSPENDED = 2
    WITHDRAWN = 3


class Region(models.IntegerChoices):
    """Where a member lives, by the two-digit administrative codes (행정구역분류) of 2022, the year of the outage."""

    UNKNOWN = 0, _("알 수 없음")
    SEOUL = 11, _("서울")
    BUSAN = 26, _("부산")
    DAEGU = 27, _("대구")
    INCHEON = 28, _("인천")
    GWANGJU = 29, _("광주")
    DAEJEON = 30, _("대전")
    ULSAN = 31, _("울산")
    SEJONG = 36, _("세종")
    GYEONGGI = 41, _("경기")
    GANGWON = 42, _("강원")
    CHUNGBUK = 43, _("충북")
    CHUNGNAM = 44, _("충남")
    JEONBUK = 45, _("전북")
    JEONNAM = 46, _("전남")
    GYEONGBUK = 47, _("경북")
    GYEONGNAM = 48, _("경남")
    JEJU = 50, _("제주")


class Member(models.Model):
    """A person with an account on the platform. Kept narrow; members are found by ranges of `id`.

    `id` is the platform's member number, by which its own systems know the person.
    """

    joined_on = models.DateField()
    status = models.PositiveSmallIntegerField(default=MemberStatus.ACTIVE, choices=MemberStatus.choices)
    region = models.PositiveSmallIntegerField(default=Region.UNKNOWN, db_default=Region.UNKNOWN, choices=Region.choices)

    class Meta:
        # Who is not active is counted for each chunk of a grant job: by this index without reading all the others.
        indexes = [models.Index(fields=["id"], name="member_not_active", condition=~Q(status=MemberStatus.ACTIVE))]

    def __str__(self) -> str:
        return str(self.pk)
