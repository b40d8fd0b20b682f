"""The storage pass: for members, and for operations."""

from django.urls import path, re_path

from users.views.storage_pass.member import my_pass, my_pass_room, my_pass_start
from users.views.storage_pass.ops import ops_pass, ops_pass_decide, ops_pass_proof

urlpatterns = [
    path("my/pass/<slug:code>/", my_pass, name="my-pass"),
    path("my/pass/<slug:code>/room/", my_pass_room, name="my-pass-room"),
    path("my/pass/<slug:code>/start/", my_pass_start, name="my-pass-start"),
    path("programmes/<slug:code>/pass/", ops_pass, name="ops-pass"),
    path("programmes/<slug:code>/pass/proof/", ops_pass_proof, name="ops-pass-proof"),
    re_path(
        r"^programmes/(?P<code>[-\w]+)/pass/(?P<decision>approve|withdraw)/$", ops_pass_decide, name="ops-pass-decide"
    ),
]
