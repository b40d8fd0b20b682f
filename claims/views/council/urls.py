"""The pages of the council and its secretary. What is not a session's reference comes first."""

from django.urls import path

from claims.views.council.agenda import pack_file, pack_page, session_page
from claims.views.council.calling import session_new
from claims.views.council.case import case_page, recusal, vote
from claims.views.council.decisions import decision_undo, decisions
from claims.views.council.minutes import minutes_file, minutes_page
from claims.views.council.seats import seat_end, seats
from claims.views.council.sessions import sessions

COUNCIL = "programmes/<slug:code>/council/"
SESSION = f"{COUNCIL}<slug:reference>/"
CASE = f"{SESSION}<int:position>/"

urlpatterns = [
    path(COUNCIL, sessions, name="council"),
    path(f"{COUNCIL}new/", session_new, name="council-session-new"),
    path(f"{COUNCIL}seats/", seats, name="council-seats"),
    path(f"{COUNCIL}seats/end/", seat_end, name="council-seat-end"),
    path(f"{COUNCIL}decisions/", decisions, name="council-decisions"),
    path(f"{COUNCIL}decisions/<int:number>/undo/", decision_undo, name="council-undo"),
    path(SESSION, session_page, name="council-session"),
    path(f"{SESSION}pack/", pack_page, name="council-pack"),
    path(f"{SESSION}pack/file/", pack_file, name="council-pack-file"),
    path(f"{SESSION}minutes/", minutes_page, name="council-minutes"),
    path(f"{SESSION}minutes/file/", minutes_file, name="council-minutes-file"),
    path(CASE, case_page, name="council-case"),
    path(f"{CASE}vote/", vote, name="council-vote"),
    path(f"{CASE}recusal/", recusal, name="council-recusal"),
]
