import os, pytest
from datetime import timedelta
from tests.cast import *
from claims.services.assessment import assess_next_batch
from merchants.models import *
from claims.models import *
from compensation.runtime.encryption import EncryptedTextField
pytestmark = pytest.mark.usefixtures("plain_static")
SIZES={"phone":(390,844),"desk":(1280,900)}
@pytest.mark.django_db(transaction=True)
def test_shots(live_server, chromium, programme, ops, second_ops, officer):
    make_claims(programme=programme,count=3000)
    from django.db import connection
    connection.cursor().execute("select setseed(0.3); update claims_claim set lost_sales_won=least(9000000000,exp(14.75+0.55*sqrt(-2*ln(1-random()))*cos(6.2831853*random()))::bigint); update claims_claim set lost_sales_won=0 where id%%150=0; update merchants_merchant set trade_name=(array['참숯골목식당','하늘꽃집','오월의커피','서진헤어','늘봄분식','동네빵집 밀','한강네일','달빛세탁소'])[1+id%%8], representative_name=(array['김하늘','이도윤','박서연','남궁민수','최준'])[1+id%%5]".replace('%%','%'))
    Merchant.objects.update(phone='+821012345678',email='hong@example.kr')
    assess_next_batch(programme=programme, actor=ops, at=NOW)
    from django.utils import timezone
    p=programme.benefit_packages.first()
    run=ProgrammeRun.objects.create(programme=programme, package=p, maker=ops, approver=second_ops, started_at=NOW, stage_began_at=NOW+timedelta(seconds=40), stage="done", finished_at=NOW+timedelta(seconds=95), files=[{"path":"/x/협회-1차.xlsx","result":{"rows":3000,"accepted":2950}}])
    m=person("merchant",programme,Role.MERCHANT)
    for mm in Merchant.objects.all()[:5]: BankAccount.objects.create(merchant=mm,bank_code='004',number='12345678901234',number_index='x',number_last4='1234',holder='김하늘',created_at=NOW)
    c=Claim.objects.filter(state="determined").first()
    Representative.objects.create(merchant=c.merchant,user=m,since=NOW)
    council=Claim.objects.filter(state="awaiting_council").first()
    pages={"overview":(ops,f"/programmes/1015/"),"claims":(ops,"/programmes/1015/claims/"),"claim":(ops,f"/programmes/1015/claims/{c.reference}/"),"claim-council":(ops,f"/programmes/1015/claims/{council.reference}/"),"my":(m,"/my/claims/"),"my-claim":(m,f"/my/claims/{c.reference}/"),"sign-in":(None,"/sign-in/"),"404":(ops,"/nope/")}
    only=os.environ.get("ONLY","").split(",") if os.environ.get("ONLY") else list(pages)
    from django.test import Client
    for size in os.environ.get("SIZES","phone,desk").split(","):
      for scheme in os.environ.get("SCHEMES","light").split(","):
        for name in only:
            user,path=pages[name]
            w,h=SIZES[size]
            ctx=chromium.new_context(viewport={"width":w,"height":h},color_scheme=scheme,device_scale_factor=1)
            if user:
                cl=Client(); cl.force_login(user)
                ctx.add_cookies([{"name":"sessionid","value":cl.cookies["sessionid"].value,"url":live_server.url}])
            if os.environ.get("LANG_EN"): ctx.add_cookies([{"name":"django_language","value":"en","url":live_server.url}])
            page=ctx.new_page()
            page.on("console",lambda m:print("CONSOLE",name,m.text))
            r=page.goto(live_server.url+path)
            page.wait_for_load_state("networkidle")
            print(name,size,r.status,page.evaluate("document.documentElement.scrollWidth"), w)
            page.screenshot(path=f"/tmp/shots/{name}-{size}-{scheme}.png",full_page=True)
            ctx.close()
