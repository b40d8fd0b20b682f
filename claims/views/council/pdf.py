"""The council's papers as files."""

from django.http import HttpRequest, HttpResponse

from compensation.runtime.downloads import attachment
from compensation.runtime.templatetags.wording import page_language

LANGUAGES = ("ko", "en")


def language_asked_for(request: HttpRequest) -> str:
    """`?language=ko` or `en`; without it the language of the page."""
    asked = request.GET.get("language", "")
    return asked if asked in LANGUAGES else page_language()


def pdf_answer(pdf: bytes, name: str) -> HttpResponse:
    return HttpResponse(pdf, content_type="application/pdf", headers=attachment(name))
