"""manage.py grants CODE [ACTION]: grant jobs from plan to proof, as on their pages; for scripts with --json."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from compensation import limits
from compensation.policy.audiences import Audience, JoinDatesReversed
from compensation.programmes.models import Programme
from compensation.values.dates import parse_day
from users.api.grants.answers import CourseAnswer, JobShort, ListAnswer, ProofAnswer, course_of, job_answer
from users.management.programme_command import Answer, Options, ProgrammeCommand, given, second_person
from users.management.watching import watch
from users.models import GrantJob, MemberStatus, Region
from users.selectors.grant_console import job_lines, job_named, jobs_of
from users.selectors.grant_proof import EXCLUDED, FAILED, GRANTED, KEPT, RECALLED, members_of, outcomes_of, prove
from users.services import grant_jobs, grant_running
from users.services.audience_files import read_rows
from users.services.audiences import ListHasFaults, load_list
from users.services.grant_again import plan_again, retry_failed
from users.services.grant_jobs import CHUNK_SIZE
from users.services.recalls import plan_recall
from users.views.grants.access import RUN, note_members_named
from users.views.grants.forms import parse_moment, parse_note


def _faults(refused: ListHasFaults) -> Iterator[str]:
    loaded = refused.loaded
    yield f"{loaded.faulty:,} of {loaded.rows:,} rows are faulty; nothing was taken (--skip-faulty takes the others)."
    yield from (f"  {fault.row}: {fault.message_ko} ({fault.message_en})" for fault in loaded.faults)


def _job(programme: Programme, options: Options) -> GrantJob:
    return _named(programme, given(options, "job"))


def _named(programme: Programme, reference: str) -> GrantJob:
    try:
        return job_named(programme=programme, reference=reference)
    except GrantJob.DoesNotExist as error:
        raise CommandError("There is no such job.") from error


def _told(job: GrantJob) -> Answer:
    return dict(job_answer(job).data)


def _list(programme: Programme, options: Options) -> Answer:
    before = options["before"]
    lines, has_older = job_lines(programme=programme, before=_named(programme, before) if before else None)
    return {
        "has_older": has_older,
        "jobs": [
            {
                "job": str(line.job.reference),
                "package": line.job.package.code,
                "kind": line.job.kind,
                "state": line.job.state,
                "run_state": line.job.run_state,
                "expected": line.progress.expected,
                "counted": line.progress.counted,
                "granted": line.progress.granted,
                "failed": line.progress.failed,
                "rate": round(line.progress.rate or 0),
            }
            for line in lines
        ],
    }


def _show(programme: Programme, options: Options) -> Answer:
    return _told(_job(programme, options))


def _course(programme: Programme, options: Options) -> Answer:
    return dict(CourseAnswer(course_of(_job(programme, options), at=timezone.now())).data)


def _plan(programme: Programme, options: Options) -> Answer:
    job = grant_jobs.plan(
        programme=programme,
        package=programme.benefit_packages.get(code=given(options, "package")),
        maker=options["actor"],
        at=timezone.now(),
        chunk_size=options["chunk_size"],
        note=parse_note(options["note"]),
        audience=_audience(options),
        starts_at=parse_moment(options["starts_at"]) if options["starts_at"] else None,
        **{name: options[name] for name in ("priority", "members_per_second", "workers")},
    )
    return dict(JobShort(jobs_of(programme=programme).get(pk=job.pk)).data)


def _audience(options: Options) -> Audience:
    days = {name: parse_day(options[name]) if options[name] else None for name in ("joined_from", "joined_until")}
    regions, statuses = tuple(options["region"]), tuple(options["status"])
    try:
        return Audience(**days, statuses=statuses, regions=regions, by_list=options["by_list"])
    except JoinDatesReversed as error:
        raise CommandError("--joined-until is before --joined-from") from error


def _load(programme: Programme, options: Options) -> Answer:
    path = given(options, "file")
    if not path.is_file():
        raise CommandError(f"There is no file {path}")
    try:
        loaded = load_list(
            job=_job(programme, options),
            rows=tqdm(read_rows(path), desc="rows", unit="", unit_scale=True, file=options["bars"]),
            out=options["out"],
            actor=options["actor"],
            at=timezone.now(),
            skip_faulty=options["skip_faulty"],
        )
    except ListHasFaults as refused:
        raise CommandError("\n".join(_faults(refused))) from refused
    return dict(ListAnswer(loaded).data)


def _step(do: Callable[[GrantJob, Options], Any]) -> Callable[[Programme, Options], Answer]:
    """An action that does something with the job and tells how it stands then."""

    def step(programme: Programme, options: Options) -> Answer:
        job = _job(programme, options)
        made = do(job, options)
        return _told(made if isinstance(made, GrantJob) else job)

    return step


def _approve(job: GrantJob, options: Options) -> GrantJob:
    approver = second_person(job.programme, options, permission=RUN)
    return grant_jobs.approve(job=job, approver=approver, at=timezone.now())


def _hour(job: GrantJob, options: Options) -> GrantJob:
    starts_at = parse_moment(options["starts_at"]) if options["starts_at"] else None
    return grant_running.schedule(job=job, actor=options["actor"], starts_at=starts_at)


def _speed(job: GrantJob, options: Options) -> GrantJob:
    speed = {name: options[name] for name in ("members_per_second", "workers")}
    return grant_running.change_speed(job=job, actor=options["actor"], **speed)


def _recall(job: GrantJob, options: Options) -> GrantJob:
    note, by_list = parse_note(given(options, "note")), options["by_list"]
    return plan_recall(of=job, maker=options["actor"], at=timezone.now(), note=note, by_list=by_list)


def _again(job: GrantJob, options: Options) -> GrantJob:
    return plan_again(of=job, maker=options["actor"], at=timezone.now(), note=parse_note(options["note"]))


def _proof(programme: Programme, options: Options) -> Answer:
    return dict(ProofAnswer(prove(job=_job(programme, options))).data)


def _members(programme: Programme, options: Options) -> Answer:
    """Member, chunk and reason, a line each; into --file, or as rows of the answer. It leaves an access record."""
    job, path, outcome = _job(programme, options), options["file"], options["outcome"]
    if outcome not in (known := outcomes_of(job)):
        raise CommandError(f"--outcome is one of {', '.join(known)}, of this job")
    note_members_named(
        job, outcome=outcome, reason=parse_note(options["note"]) or "manage.py", user=options["actor"], address=""
    )
    named = members_of(job=job, outcome=outcome)
    if path is None:
        return {"members": [{"member": row.member_id, "chunk": row.chunk, "reason": row.reason} for row in named]}
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for row in tqdm(named, desc="members", unit="", unit_scale=True, file=options["bars"]):
            file.write(f"{row.member_id}\t{row.chunk}\t{row.reason}\n")
            written += 1
    return {"written": written}


class Command(ProgrammeCommand):
    help = "Lists, shows, plans, rehearses, approves, starts, watches, pauses, cancels, recalls and proves grant jobs."
    actions: ClassVar = {
        "list": _list,
        "show": _show,
        "course": _course,
        "plan": _plan,
        "load": _load,
        "rehearse": _step(lambda job, told: grant_jobs.rehearse(job=job, actor=told["actor"], at=timezone.now())),
        "approve": _step(_approve),
        "start": _step(lambda job, told: grant_running.start(job=job, actor=told["actor"], at=timezone.now())),
        "hour": _step(_hour),
        "watch": _step(lambda job, told: watch(job=job, file=told["bars"])),
        "pause": _step(lambda job, told: grant_running.pause(job=job, actor=told["actor"])),
        "resume": _step(lambda job, told: grant_running.resume(job=job, actor=told["actor"])),
        "speed": _step(_speed),
        "retry": _step(lambda job, told: retry_failed(job=job, actor=told["actor"], at=timezone.now())),
        "cancel": _step(lambda job, told: grant_jobs.cancel(job=job, actor=told["actor"], at=timezone.now())),
        "recall": _step(_recall),
        "again": _step(_again),
        "proof": _proof,
        "members": _members,
    }

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add = parser.add_argument
        add("--job", help="reference of the job")
        add("--before", help="list: reference of the job after which the list goes on")
        add("--package", help="plan: code of the package, e.g. members-all")
        add("--joined-from", help="plan: first day of joining")
        add("--joined-until", help="plan: last day of joining")
        many: dict[str, Any] = {"type": int, "action": "append", "default": []}
        statuses = "plan: 1 active, 2 suspended, 3 withdrawn; repeat"
        add("--status", **many, choices=MemberStatus.values, help=statuses)
        add("--region", **many, choices=Region.values, help="plan: code of a region; repeat")
        add("--by-list", action="store_true", help="plan, recall: only members of a list")
        add("--starts-at", help="plan, hour: when it starts by itself, e.g. '2023-01-05 09:00'")
        add("--members-per-second", type=int, help="plan, speed: at most")
        add("--workers", type=int, default=limits.GRANT_WORKERS_MAX, help="plan, speed: at most")
        add("--priority", type=int, default=5, help="plan: 1 goes first")
        add("--chunk-size", type=int, default=CHUNK_SIZE, help="plan: members per chunk")
        add("--note", default="", help="plan, recall, again, members: why")
        add("--file", type=Path, help="load: the list; members: where to write")
        add("--out", action="store_true", help="load: the list of those who are left out")
        add("--skip-faulty", action="store_true", help="load: take the other rows")
        add("--outcome", default=FAILED, choices=[GRANTED, EXCLUDED, FAILED, RECALLED, KEPT], help="members")
