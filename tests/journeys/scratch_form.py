from datetime import datetime
from pathlib import Path
import pytest, time_machine
from django.test import Client
from tests.cast import *
from tests.claims.form_cast import *
from compensation.programmes.models import Role
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plain_static", "english_texts", "kept")]
OUT = Path("/tmp/shots_form")
def test_shots(chromium, live_server, programme):
    ctx = chromium.new_context(viewport={"width":360,"height":740}, base_url=live_server.url)
    page = ctx.new_page()
    def into(user):
        c = Client(); c.force_login(user); ctx.add_cookies([{"name":"sessionid","value":c.cookies["sessionid"].value,"url":live_server.url}])
    def shot(n): page.wait_for_load_state("networkidle"); page.screenshot(path=OUT/f"x-{n}.png", full_page=True)
    with time_machine.travel(NOW, tick=True):
        user = merchant_user(); into(user)
        d = filled_draft(user, programme, losses={"lines":{"1":{"lost_sales":"9,000,000"}}})
        page.goto(f"/my/drafts/{d.reference}/steps/evidence/"); shot("evidence")
        v = programme.policy_versions.get(); v.document["filing_days"]=[{"day": "2023-01-31", "digits": [0, 2, 4, 6, 8]},{"day": "2023-02-01", "digits": [1, 3, 5, 7, 9]}]; v.save()
        page.goto(f"/my/drafts/{d.reference}/steps/check/"); page.check("[name=declared]"); page.click(".form-page__buttons button"); shot("otherday")
        v.document["filing_days"]=[]; v.document.pop("filing_days"); v.save()
        first = send(d)
        d2 = filled_draft(user, programme, account={})
        page.goto(f"/my/drafts/{d2.reference}/steps/account/"); shot("account-recorded")
        save(d2,"account",{"use":"recorded"})
        page.goto(f"/my/drafts/{d2.reference}/steps/check/"); shot("existing")
        page.check("[name=declared]"); page.click(".form-page__buttons button"); shot("refused")
        agent = person("agent", programme, Role.AGENT); into(agent)
        page.goto("/programmes/1015/assist/"); shot("assist")
        page.fill("[name=reason]","대표자 본인이 등록된 번호로 전화"); page.click("main form.card button"); shot("assist-business")
        page.goto(page.url.replace("business","consents")); shot("assist-consents")
    with time_machine.travel(datetime(2023,2,14,tzinfo=SEOUL), tick=True):
        into(user); page.goto(f"/my/drafts/{d2.reference}/steps/margin/"); shot("closed")
    ctx.close()
