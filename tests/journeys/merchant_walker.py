"""A merchant with a browser: walks through the pages of the road, and looks at each of them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, Route, expect

from claims.models import Claim
from tests.claims.evidence_samples import picture
from tests.users.sign_in_cast import PHONE, last_code
from tests.web import AXE, CHROMIUM, NARROW, WIDE, sign_in

AXE_SCRIPT = CHROMIUM / "axe.min.js"
# axe leaves empty styles behind. htmx would take them over into what it puts in place, which the policy forbids.
TIDY = """document.querySelectorAll("[style='']").forEach(element => element.removeAttribute("style"))"""
# The words of the page itself: in English none of them is left in Korean. What people wrote may be in any language.
WORDS = """[...document.querySelectorAll("main :is(h1, h2, h3, label, legend, button, dt, th, summary)")]
    .map(element => element.textContent.trim())"""
HANGUL, PAPER, MORE_PAPER = re.compile("[가-힣]"), "매출.jpg", "증빙.jpg"
TIMEOUT_MS = 10_000
NEXT = ".form-page__buttons button"


@dataclass(frozen=True, slots=True)
class Walk:
    """One way of walking. A margin of 12 % makes of `lost_sales` the outcome."""

    outcome: str
    lost_sales: str
    size: str
    javascript: bool
    language: str

    @property
    def name(self) -> str:
        return f"{self.outcome}-{self.size}-{self.language}-{'js' if self.javascript else 'plain'}"


WALKS = (
    Walk("tier", "1,000,000원", "phone", True, "ko"),
    Walk("tier", "1000000", "desk", False, "en"),
    Walk("council", "9,000,000", "phone", False, "ko"),
    Walk("council", "9,000,000", "desk", True, "en"),
    Walk("refused", "5", "phone", True, "en"),
    Walk("refused", "5", "desk", False, "ko"),
)
SIZES = {"phone": NARROW, "desk": WIDE}


@dataclass
class Walker:
    """Every step ends with a look at the page that it led to.

    `copy` is where axe looks at a page of a browser without scripts, because axe is one.
    """

    page: Page
    copy: Page
    walk: Walk
    complaints: list[str] = field(default_factory=list)
    seen: int = 0

    @classmethod
    @contextmanager
    def sets_out(cls, chromium: Browser, site: str, walk: Walk) -> Iterator["Walker"]:
        """With a fresh browser; English is walked in the dark."""
        scheme = "dark" if walk.language == "en" else "light"
        looks = {"base_url": site, "viewport": SIZES[walk.size], "color_scheme": scheme}
        context = chromium.new_context(java_script_enabled=walk.javascript, **looks)
        context.set_default_timeout(TIMEOUT_MS)
        context.add_cookies([{"name": "django_language", "value": walk.language, "url": site}])
        checked = context if walk.javascript else chromium.new_context(**looks)
        walker = cls(context.new_page(), checked.new_page(), walk)
        walker.listens(site)
        yield walker
        for opened in {context, checked}:
            opened.close()

    def listens(self, site: str) -> None:
        """Notes what the browser complains of, and what leaves the site."""
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "request", lambda asked: asked.url.startswith((site, "data:")) or self.complaints.append(asked.url)
        )

    def comes_in(self) -> None:
        """From the front page by a code to the beginning of a claim."""
        self.opens("/")
        self.follows(".intake a.button", "/sign-in/")
        self.page.fill("[name=contact]", PHONE)
        self.on("main form.card button", "/sign-in/code/")
        self.page.fill("[name=code]", last_code())
        self.on("main form.card button", "/my/claims/new/")

    def fills_in(self) -> None:
        """Every step of the form; the amount is first written as the form does not take it."""
        page = self.page
        self.on("main section form button", "/steps/business/")
        page.fill("[name=business_number]", "123-45-67891")
        if self.walk.javascript:
            page.wait_for_selector(".number-check__good")
        for name, text in {"trade_name": "다정찻집", "representative_name": "이다정", "phone": PHONE}.items():
            page.fill(f"[name={name}]", text)
        self.on(NEXT, "/steps/periods/")
        page.select_option("[name=line-1-service]", "messenger")
        page.fill("[name=line-1-began]", "2022-10-15")
        page.fill("[name=line-1-ended]", "2022-10-16")
        self.on(NEXT, "/steps/losses/")
        page.fill("[name=line-1-lost_sales]", "35만")
        self.is_refused(NEXT, "[name=line-1-lost_sales]")
        page.fill("[name=line-1-lost_sales]", self.walk.lost_sales)
        self.on(NEXT, "/steps/margin/")
        page.check("[name=basis][value=own]")
        page.fill("[name=margin]", "12")
        self.on(NEXT, "/steps/alternative/")
        page.check("[name=line-1-alternative][value=no]")
        self.on(NEXT, "/steps/account/")
        page.select_option("[name=bank]", "004")
        page.fill("[name=number]", "123456-78-901234")
        page.fill("[name=holder]", "이다정")
        self.on(NEXT, "/steps/evidence/")
        self.uploads_for_the_council()
        self.on(f"{NEXT} >> nth=-1", "/steps/consents/")
        for tick in page.locator("[type=checkbox]").all():
            tick.check()
        self.on(NEXT, "/steps/check/")

    def uploads_for_the_council(self) -> None:
        """One paper where the council is to decide; the other walks are told that none is needed."""
        page, form = self.page, "#evidence form:has(input[value=sales_loss_proof])"
        expect(page.locator(form)).to_be_visible(visible=self.walk.outcome == "council")
        if self.walk.outcome == "council":
            page.set_input_files(f"{form} input[type=file]", paper(PAPER, 320))
            page.click(f"{form} button")
            page.wait_for_selector(f"#evidence li:has-text('{PAPER}')")
            self.looks()

    def sends(self) -> None:
        """Declares and sends the claim."""
        self.page.check("[name=declared]")
        self.on(NEXT, "/receipt/")

    def attaches(self, field_name: str) -> None:
        self.page.set_input_files(f"[name={field_name}]", paper(MORE_PAPER, 360))

    def writes(self, name: str, text: str) -> None:
        self.page.fill(f"[name={name}]", text)

    def opens(self, path: str) -> None:
        self.page.goto(path)
        self.looks()

    def follows(self, link: str, to: str) -> None:
        self.on(f"{link} >> nth=0", to)

    def on(self, target: str, to: str) -> None:
        """Clicks, arrives at another address that contains `to`, and looks."""
        left = self.page.url
        self.page.click(target)
        self.page.wait_for_url(lambda url: to in url and url != left, wait_until="load")
        self.looks()

    def is_refused(self, button: str, wrong: str) -> None:
        """What was sent comes back with a summary that has the focus, and with what was typed."""
        typed = self.page.input_value(wrong)
        self.page.click(button)
        self.page.wait_for_selector(".error-summary:focus")
        self.complaints = [text for text in self.complaints if "status of 422" not in text]
        self.looks()
        expect(self.page.locator(wrong)).to_have_value(typed)
        expect(self.page.locator(wrong)).to_have_attribute("aria-invalid", "true")

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector)

    def letter_begins(self) -> bytes:
        """The first bytes of the letter that the page offers."""
        address = self.page.get_attribute("a[href$='/letter/']", "href")
        return self.page.request.get(address or "").body()[:5]

    def looks(self) -> None:
        """Nothing is wrong with the page, and it is in the language of the walk."""
        self.seen += 1
        self.keeps_a_picture()
        page, faults = self.page, [*self.complaints]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > SIZES[self.walk.size]["width"]:
            faults.append(f"{wide} px wide")
        if self.walk.language == "en":
            words = (text.replace(PAPER, "").replace(MORE_PAPER, "") for text in page.evaluate(WORDS))
            faults += [text for text in words if HANGUL.search(text)]
        faults += self.faults_by_axe()
        self.complaints.clear()  # axe tries what the policy forbids
        assert faults == [], f"{page.url}: {faults}"
        assert page.get_attribute("html", "lang") == self.walk.language

    def faults_by_axe(self) -> list[str]:
        """What axe finds; where the browser has no scripts, in a copy of the page."""
        page = self.page
        if not self.walk.javascript:
            page, html = self.copy, self.page.content()
            page.unroute_all()
            page.route("**/*", lambda route: shown_again(route, html))
            page.goto(self.page.url, wait_until="load")
        page.evaluate(AXE_SCRIPT.read_text())
        found = page.evaluate(AXE)
        page.evaluate(TIDY)
        return found

    def keeps_a_picture(self) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            place = self.page.url.rstrip("/").rsplit("/", 1)[-1].split("?")[0].replace(":", "")
            self.page.screenshot(path=Path(folder) / f"{self.walk.name}-{self.seen:02}-{place}.png", full_page=True)


def shown_again(route: Route, html: str) -> None:
    """Answers with the page as it was, without scripts."""
    if route.request.resource_type == "document":
        route.fulfill(body=html, content_type="text/html; charset=utf-8")
    elif route.request.resource_type == "script":
        route.abort()
    else:
        route.continue_()


def paper(name: str, width: int) -> dict[str, object]:
    """A file as it lies on a phone."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture(size=(width, 240))}


def officer_asks(chromium: Browser, walker: Walker, claim: Claim) -> None:
    """The officer signs in at a desk and asks for a paper and a word."""
    site = walker.page.url.split("/my/")[0]
    context = chromium.new_context(base_url=site, viewport=WIDE)
    page = context.new_page()
    sign_in(page, "officer")
    page.goto(f"/programmes/1015/claims/{claim.reference}/")
    page.check("[name=kinds][value=business_use_proof]")
    page.fill("[name=text]", "카카오톡으로 주문을 받으신 것을 보여 주세요.")
    page.click("form:has([name=text]) button")
    page.wait_for_selector("[role=status]")
    context.close()
