import sys, time
from datetime import timedelta
import pytest
from tests.cast import *
from tests.claims.pages_cast import *
from claims.services.letters import determination_letter
pytestmark=[pytest.mark.django_db]
def test_it(programme):
    assessed_claims(programme=programme, count=8)
    for i,c in enumerate(Claim.objects.filter(state="determined")[:2]):
        merchant_with_account(c)
        for lang in ("ko","en"):
            t=time.time(); pdf=determination_letter(determination=c.determination, language=lang, at=NOW); print(time.time()-t, len(pdf))
            t=time.time(); pdf=determination_letter(determination=c.determination, language=lang, at=NOW); print(time.time()-t, len(pdf))
            open(f"/tmp/letter-{i}-{lang}.pdf","wb").write(pdf)
            import pypdfium2
            d=pypdfium2.PdfDocument(pdf); print(len(d)); 
            for n,pg in enumerate(d): pg.render(scale=1.6).to_pil().save(f"/tmp/letter-{i}-{lang}-{n}.png")
