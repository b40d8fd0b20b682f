"""A merchant with a browser: walks through the pages of the road, and looks at each of them."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, CDPSession, Page, expect

from claims.models import Claim
from tests.claims.evidence_samples import picture
from tests.users.sign_in_cast import PHONE, last_code
from tests.web import AXE, NARROW, TIDY, WIDE, bring_axe, new_page, settle, sign_in

# The words of the page itself: in English none of them is left in Korean. What people wrote may be in any language.
WORDS = """[...document.querySelectorAll("main :is(h1, h2, h3, label, legend, button, dt, th, summary)")]
    .map(element => element.textContent.trim())"""
HANGUL, PAPER, MORE_PAPER = re.compile("[가-힣]"), "매출.jpg", "증빙.jpg"
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
    """Every step ends with a look at the page that it led to."""

    page: Page
    browser: CDPSession
    walk: Walk
    complaints: list[str] = field(default_factory=list)
    seen: int = 0

    @classmethod
    @contextmanager
    def sets_out(cls, chromium: Browser, site: str, walk: Walk) -> Iterator["Walker"]:
        """With a fresh browser; English is walked in the dark."""
        scheme = "dark" if walk.language == "en" else "light"
        looks = {"viewport": SIZES[walk.size], "color_scheme": scheme}
        page = new_page(chromium, site, **looks)
        page.context.add_cookies([{"name": "django_language", "value": walk.language, "url": site}])
        walker = cls(page, page.context.new_cdp_session(page), walk)
        walker.turns_scripts(on=walk.javascript)
        walker.listens(site)
        yield walker
        page.context.close()

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
        self.settles(looked_at=True)
        self.seen += 1
        self.keeps_a_picture()
        page, faults = self.page, [*self.complaints]
        if (wide := page.evaluate("document.documentElement.scrollWidth")) > SIZES[self.walk.size]["width"]:
            faults.append(f"{wide} px wide")
        if self.walk.language == "en":
            words = (text.replace(PAPER, "").replace(MORE_PAPER, "") for text in page.evaluate(WORDS))
            faults += [text for text in words if HANGUL.search(text)]
        faults += self.faults_by_axe()
        self.settles()
        self.complaints.clear()  # axe tries what the policy forbids
        assert faults == [], f"{page.url}: {faults}"
        assert page.get_attribute("html", "lang") == self.walk.language

    def settles(self, *, looked_at: bool = False) -> None:
        """What can change a page without scripts is only that it is still loading."""
        self.page.wait_for_load_state("load")
        if self.walk.javascript:
            settle(self.page, looked_at=looked_at)

    def faults_by_axe(self) -> list[str]:
        """What axe finds. It is a script: for as long as it takes, a browser without scripts has them."""
        self.turns_scripts(on=True)
        bring_axe(self.page)
        found = self.page.evaluate(AXE)
        self.page.evaluate(TIDY)
        self.turns_scripts(on=self.walk.javascript)
        return found

    def turns_scripts(self, *, on: bool) -> None:
        """For this page, at once and on every page that comes."""
        self.browser.send("Emulation.setScriptExecutionDisabled", {"value": not on})

    def keeps_a_picture(self) -> None:
        if folder := os.environ.get("SCREENSHOTS"):
            place = self.page.url.rstrip("/").rsplit("/", 1)[-1].split("?")[0].replace(":", "")
            self.page.screenshot(path=Path(folder) / f"{self.walk.name}-{self.seen:02}-{place}.png", full_page=True)


def paper(name: str, width: int) -> dict[str, object]:
    """A file as it lies on a phone."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": picture(size=(width, 240))}


def officer_asks(chromium: Browser, walker: Walker, claim: Claim) -> None:
    """The officer signs in at a desk and asks for a paper and a word."""
    page = new_page(chromium, walker.page.url.split("/my/")[0], viewport=WIDE)
    sign_in(page, "officer")
    page.goto(f"/programmes/1015/claims/{claim.reference}/")
    page.check("[name=kinds][value=business_use_proof]")
    page.fill("[name=text]", "카카오톡으로 주문을 받으신 것을 보여 주세요.")
    page.click("form:has([name=text]) button")
    page.wait_for_selector("[role=status]")
    page.context.close()
