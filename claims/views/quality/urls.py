"""The pages about the quality of decisions: objections, second looks, deadlines."""

from django.urls import path

from claims.views.quality.deadlines import deadlines
from claims.views.quality.objections import objections
from claims.views.quality.second_looks import second_look, second_looks

PROGRAMME = "programmes/<slug:code>/"

urlpatterns = [
    path(f"{PROGRAMME}review/objections/", objections, name="objections"),
    path(f"{PROGRAMME}review/deadlines/", deadlines, name="deadlines"),
    path(f"{PROGRAMME}second-looks/", second_looks, name="second-looks"),
    path(f"{PROGRAMME}second-looks/<slug:reference>/<int:number>/", second_look, name="second-look"),
]
