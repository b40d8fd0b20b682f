"""Where each address leads."""

from django.urls import include, path

from compensation.runtime.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/", include("compensation.api_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("users.urls")),
    path("", include("merchants.urls")),
    path("", include("claims.urls")),
]
