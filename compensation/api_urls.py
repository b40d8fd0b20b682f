"""The API: /api/v1/, its schema, and its documentation as pages."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularSwaggerSplitView

from compensation.runtime.api_docs import SchemaView, api_docs
from compensation.runtime.api_view import NothingHere

# Swagger UI writes styles into the page; nothing else of the site's policy is loosened, and only here.
api_try = csp_update({"style-src": [SELF, UNSAFE_INLINE]})(SpectacularSwaggerSplitView.as_view(url_name="api-schema"))

urlpatterns = [
    path("schema.json", SchemaView.as_view(), name="api-schema"),
    path("docs/", api_docs, name="api-docs"),
    path("docs/try/", api_try, name="api-try"),
    path("v1/", include("users.api.urls")),
    path("v1/", include("merchants.api.urls")),
    path("v1/", include("claims.api.urls")),
    re_path(r"^", NothingHere.as_view()),
]
