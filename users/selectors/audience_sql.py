"""Who is in a grant job, as parts of SQL: the rehearsal, the chunks and the proof all read the same ones.

Sources and conditions stand for a table `member`. For a job for all members each part is as short as it can be: the
chunk's statement then has the shape that was measured.
"""

from dataclasses import dataclass
from typing import Any

from users.models import AudienceMember, GrantJob, MemberStatus, RecalledGrant

# {lower} and {upper} are repeated on every table: without them each chunk reads the whole of it.
_LISTED = """users_audiencemember listed JOIN users_member member ON member.id = listed.member_id
     AND listed.job_id = %(job)s AND NOT listed.out AND listed.member_id >= {lower} AND listed.member_id < {upper}"""
_LEFT_OUT = """EXISTS (SELECT FROM users_audiencemember refused WHERE refused.job_id = %(job)s AND refused.out
     AND refused.member_id = {member} AND refused.member_id >= {lower} AND refused.member_id < {upper})"""
_NAMED = """EXISTS (SELECT FROM users_audiencemember listed WHERE listed.job_id = %(job)s AND NOT listed.out
     AND listed.member_id = {member} AND listed.member_id >= {lower} AND listed.member_id < {upper})"""
_RECALLED = """EXISTS (SELECT FROM users_recalledgrant taken WHERE taken.package_id = %(package)s
     AND taken.member_id = member.id AND taken.member_id >= {lower} AND taken.member_id < {upper})"""


@dataclass(frozen=True, slots=True)
class Selection:
    """`source` goes into FROM, `within` into WHERE; `left_out` and `recalled` are truths, None where nobody is.

    `figures` are the values of the parameters, but for those that a caller names as bounds.
    """

    source: str
    within: str
    left_out: str | None
    recalled: str | None
    figures: dict[str, Any]

    @property
    def open(self) -> str:
        """The truth that nothing but an earlier grant keeps the member from a grant."""
        kept_out = [f" AND NOT {truth}" for truth in (self.left_out, self.recalled) if truth]
        return "member.status = %(active)s" + "".join(kept_out)

    @property
    def kept_out(self) -> str:
        """The opposite of `open`. That most members are active is what makes this quick: the others have an index."""
        truths = [f" OR {truth}" for truth in (self.left_out, self.recalled) if truth]
        return f"(member.status <> %(active)s{''.join(truths)})"

    @property
    def counts(self) -> str:
        """The columns withdrawn, suspended, listed, recalled: of several reasons, the first counts."""
        listed = "0"
        if self.left_out:
            listed = f"count(*) FILTER (WHERE member.status = %(active)s AND {self.left_out})"
        recalled = "0"
        if self.recalled:
            not_listed = f"AND NOT {self.left_out}" if self.left_out else ""
            recalled = f"count(*) FILTER (WHERE member.status = %(active)s {not_listed} AND {self.recalled})"
        return f"""count(*) FILTER (WHERE member.status = %(withdrawn)s) AS withdrawn,
               count(*) FILTER (WHERE member.status = %(suspended)s) AS suspended,
               {listed} AS listed, {recalled} AS recalled"""


def selection_of(*, job: GrantJob, lower: str = "%(lower)s", upper: str = "%(upper)s") -> Selection:
    """The parts for a job that grants; `lower` (included) and `upper` (not) are SQL that bounds the members' ids.

    Ours: who was recalled is left out of later jobs, but for a list that names them: else the next job for everyone
    would undo the recall.
    """
    who, bounds = job.who, {"lower": lower, "upper": upper}
    within = [f"member.id >= {lower}", f"member.id < {upper}"]
    within += ["member.joined_on >= %(joined_from)s"] if who.joined_from else []
    within += ["member.joined_on <= %(joined_until)s"] if who.joined_until else []
    within += ["member.status = ANY(%(statuses)s)"] if who.statuses else []
    within += ["member.region = ANY(%(regions)s)"] if who.regions else []
    return Selection(
        source=_LISTED.format(**bounds) if who.by_list else "users_member member",
        within=" AND ".join(within),
        left_out=_LEFT_OUT.format(member="member.id", **bounds) if _anybody_left_out(job) else None,
        recalled=_RECALLED.format(**bounds) if not who.by_list and _anybody_recalled(job) else None,
        figures=_figures(job),
    )


def recall_condition(*, job: GrantJob) -> str:
    """Which grants (table `had`) a recall is about: '' for all of the job's, else a condition that begins with AND."""
    condition, bounds = "", {"member": "had.member_id", "lower": "%(lower)s", "upper": "%(upper)s"}
    if job.who.by_list:
        condition += f" AND {_NAMED.format(**bounds)}"
    if _anybody_left_out(job):
        condition += f" AND NOT {_LEFT_OUT.format(**bounds)}"
    return condition


def _anybody_left_out(job: GrantJob) -> bool:
    return AudienceMember.objects.filter(job=job, out=True).exists()


def _anybody_recalled(job: GrantJob) -> bool:
    return RecalledGrant.objects.filter(package=job.package_id).exists()


def _figures(job: GrantJob) -> dict[str, Any]:
    who = job.who
    return {
        "job": job.pk,
        "package": job.package_id,
        "joined_from": who.joined_from,
        "joined_until": who.joined_until,
        "statuses": list(who.statuses),
        "regions": list(who.regions),
        "active": MemberStatus.ACTIVE,
        "suspended": MemberStatus.SUSPENDED,
        "withdrawn": MemberStatus.WITHDRAWN,
    }
