"""The console of grant jobs."""

from django.urls import path, re_path

from users.views.grants.downloads import grant_members
from users.views.grants.job import grant_live, grant_page, grant_proof
from users.views.grants.jobs import grant_list, grant_new
from users.views.grants.lists import grant_upload
from users.views.grants.steps import grant_again, grant_hour, grant_recall, grant_speed, grant_step

JOB = r"^programmes/(?P<code>[-\w]+)/grants/(?P<reference>[-0-9a-f]{36})/"

urlpatterns = [
    path("programmes/<slug:code>/grants/", grant_list, name="grants"),
    path("programmes/<slug:code>/grants/new/", grant_new, name="grant-new"),
    re_path(JOB + r"$", grant_page, name="grant"),
    re_path(JOB + r"live/$", grant_live, name="grant-live"),
    re_path(JOB + r"proof/$", grant_proof, name="grant-proof"),
    re_path(JOB + r"speed/$", grant_speed, name="grant-speed"),
    re_path(JOB + r"hour/$", grant_hour, name="grant-hour"),
    re_path(JOB + r"recall/$", grant_recall, name="grant-recall"),
    re_path(JOB + r"again/$", grant_again, name="grant-again"),
    re_path(JOB + r"lists/(?P<kind>in|out)/$", grant_upload, name="grant-list"),
    re_path(JOB + r"members/(?P<outcome>[a-z]+)/$", grant_members, name="grant-members"),
    re_path(JOB + r"(?P<step>[a-z]+)/$", grant_step, name="grant-step"),
]
