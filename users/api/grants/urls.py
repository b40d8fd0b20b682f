"""Grant jobs by the API."""

from django.urls import path

from users.api.grants import steps
from users.api.grants.jobs import GrantCourse, GrantJobs, GrantProofOfJob, OneGrantJob
from users.api.grants.lists import GrantList
from users.api.grants.members import GrantMembers, GrantMembersFile

JOBS = "programmes/<slug:code>/grant-jobs"
JOB = f"{JOBS}/<slug:reference>"

urlpatterns = [
    path(JOBS, GrantJobs.as_view(), name="api-grant-jobs"),
    path(JOB, OneGrantJob.as_view(), name="api-grant-job"),
    path(f"{JOB}/course", GrantCourse.as_view(), name="api-grant-course"),
    path(f"{JOB}/proof", GrantProofOfJob.as_view(), name="api-grant-proof"),
    path(f"{JOB}/members", GrantMembers.as_view(), name="api-grant-members"),
    path(f"{JOB}/members.csv", GrantMembersFile.as_view(), name="api-grant-members-file"),
    path(f"{JOB}/lists/<slug:kind>", GrantList.as_view(), name="api-grant-list"),
    path(f"{JOB}/rehearsal", steps.Rehearsal.as_view(), name="api-grant-rehearsal"),
    path(f"{JOB}/approval", steps.Approval.as_view(), name="api-grant-approval"),
    path(f"{JOB}/start", steps.Start.as_view(), name="api-grant-start"),
    path(f"{JOB}/hour", steps.Hour.as_view(), name="api-grant-hour"),
    path(f"{JOB}/pause", steps.Pause.as_view(), name="api-grant-pause"),
    path(f"{JOB}/resumption", steps.Resumption.as_view(), name="api-grant-resumption"),
    path(f"{JOB}/speed", steps.Speed.as_view(), name="api-grant-speed"),
    path(f"{JOB}/retry", steps.Retry.as_view(), name="api-grant-retry"),
    path(f"{JOB}/cancellation", steps.Cancellation.as_view(), name="api-grant-cancellation"),
    path(f"{JOB}/recall", steps.Recall.as_view(), name="api-grant-recall"),
    path(f"{JOB}/continuation", steps.Again.as_view(), name="api-grant-again"),
]
