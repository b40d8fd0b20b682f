import os
from datetime import datetime, timedelta
from pathlib import Path
import pytest, time_machine
from tests.cast import *
from tests.claims.pages_cast import *
from tests.claims.evidence_cast import *
from claims.models import *
from claims.services.questions import *
from claims.services.objections import *
from claims.services.withdrawal import *
from claims.services.account_change import *
from merchants.services.bank_accounts import BankAccountDetails
from compensation.messaging.models import Message
from compensation.messaging.services.delivery import deliver_due
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plain_static", "english_texts")]
OUT = Path("/tmp/statusshots"); OUT.mkdir(exist_ok=True)
def moved(claim, at, channel="web"):
    ClaimTransition.objects.create(claim=claim, to_state="received", actor=system_user(), reason="", at=at)
    Claim.objects.filter(pk=claim.pk).update(channel=channel, reference=reference_from(claim.pk*7919))
from compensation.policy.references import reference_from
def test_shots(chromium, live_server, programme, kept, tmp_path, settings):
    settings.LOCALE_PATHS=["/tmp/loc"]
    from django.utils.translation import trans_real; trans_real._translations={}
    settings.MESSAGING = settings.MESSAGING | {"folder": str(tmp_path/"m"), "kakao":"file","sms":"file","email":"file"}
    user = person("merchant", programme); off = person("officer", programme, Role.OFFICER); off.name="박심사"; off.save()
    claims = {}
    for name, lost in [("waiting",100_000),("asked",9_000_000),("council",9_000_000),("tier",200_000),("nothing",0),("objected",250_000),("withdrawn",9_000_000),("late",9_000_000)]:
        claims[name]=one_claim(programme=programme, lost_sales_won=lost)
        moved(claims[name], NOW)
    w=claims.pop("waiting")
    Claim.objects.filter(pk=w.pk).update(programme=programme)
    from claims.services.assessment import assess_next_batch
    from django.db import connection
    # keep 'waiting' waiting
    Claim.objects.filter(pk=w.pk).update(state="withdrawn")
    while assess_next_batch(programme=programme, actor=system_user(), at=NOW+timedelta(minutes=2)): pass
    with connection.cursor() as c:
        c.execute("ALTER TABLE claims_claim DISABLE TRIGGER USER"); c.execute("UPDATE claims_claim SET state='received' WHERE id=%s",[w.pk]); c.execute("ALTER TABLE claims_claim ENABLE TRIGGER USER")
    claims["waiting"]=w
    for n,c in claims.items():
        c.refresh_from_db(); c.merchant.trade_name="참숯골목식당"; c.merchant.save()
        merchant_with_account(c, user=user)
        claims[n]=Claim.objects.get(pk=c.pk)
    day=timedelta(days=1)
    ev=receive(claims["asked"], tmp_path, actor=user, name="매출내역.jpg")
    q=ask(claim=claims["asked"], kinds=["small_merchant_certificate","business_use_proof"], text="10월 15일 예약 취소 내역의 날짜가 보이지 않습니다.\n날짜가 보이는 화면으로 다시 보내 주세요.", actor=off, at=NOW+2*day)
    ql=ask(claim=claims["late"], kinds=[], text="카드 단말기 매출과 카카오페이 매출을 나누어 알려 주실 수 있습니까?", actor=off, at=NOW-20*day)
    q0=ask(claim=claims["council"], kinds=["sales_loss_proof"], text="", actor=off, at=NOW+day)
    from tests.claims.evidence_samples import picture
    e2=receive_evidence(owner=claims["council"], kind="sales_loss_proof", upload=arrived(tmp_path, picture(), "카드매출_2022년10월.jpg"), actor=user, at=NOW+2*day)
    answer(question=q0, text="카드 매출 내역을 보냅니다.", evidence=[Evidence.objects.get(pk=e2.pk)], actor=user, at=NOW+2*day)
    file_objection(determination=claims["objected"].determination, kind=ObjectionKind.OBJECTION, reasons="대체 서비스가 있었다고 되어 있지만 저희는 쓰지 않습니다.", evidence=[], actor=user, at=NOW+day)
    withdraw(claim=claims["withdrawn"], reason="withdrawn_mistake", actor=user, at=NOW+day)
    change_account(claim=claims["tier"], account=BankAccountDetails("088","110123456789","홍길동"), actor=user, at=NOW+day)
    deliver_due(at=NOW+2*day)
    which=os.environ.get("WHICH","").split()
    variants=[("ko","light",390),("ko","light",1280),("en","dark",390),("en","dark",1280)]
    if os.environ.get("V"): variants=variants[:int(os.environ["V"])]
    with time_machine.travel(NOW+3*day, tick=True):
        for lang, scheme, w in variants:
            ctx = chromium.new_context(viewport={"width":w,"height":844}, color_scheme=scheme, base_url=live_server.url, locale="ko-KR" if lang=="ko" else "en-GB")
            ctx.add_cookies([{"name":"django_language","value":lang,"url":live_server.url}])
            page = ctx.new_page(); page.set_default_timeout(15000)
            page.on("console", lambda m: print(lang,w,m.text))
            from django.test import Client
            def as_(u):
                c=Client(); c.force_login(u); ctx.add_cookies([{"name":"sessionid","value":c.cookies["sessionid"].value,"url":live_server.url}])
            as_(user)
            def shot(name, path=None):
                if which and name not in which: return
                if path: page.goto(path)
                page.wait_for_load_state("networkidle")
                sw = page.evaluate("document.documentElement.scrollWidth")
                if sw>w: print("WIDE", name, sw, w)
                page.screenshot(path=OUT/f"{name}-{lang}-{scheme}-{w}.png", full_page=True)
            shot("list","/my/claims/")
            for n,c in claims.items(): shot(n, f"/my/claims/{c.reference}/")
            shot("question", f"/my/claims/{claims['asked'].reference}/questions/{q.reference}/")
            shot("question-text", f"/my/claims/{claims['late'].reference}/questions/{ql.reference}/")
            if not which or "question-error" in which:
                page.goto(f"/my/claims/{claims['asked'].reference}/questions/{q.reference}/"); page.click("main form > .button--wide >> nth=0"); shot("question-error")
            shot("objection", f"/my/claims/{claims['tier'].reference}/file/objection/")
            shot("confirmation", f"/my/claims/{claims['tier'].reference}/file/confirmation/")
            shot("objection-twice", f"/my/claims/{claims['objected'].reference}/file/objection/")
            shot("account", f"/my/claims/{claims['tier'].reference}/account/")
            shot("withdraw", f"/my/claims/{claims['council'].reference}/withdraw/")
            shot("determination", f"/my/claims/{claims['tier'].reference}/determinations/1/")
            as_(off)
            shot("staff", f"/programmes/1015/claims/{claims['asked'].reference}/")
            shot("staff-ask", f"/programmes/1015/claims/{claims['council'].reference}/")
            ctx.close()
