"""The pages by which a claim is filed: by a merchant under /my/, by an agent under the programme."""

from django.urls import path

from claims.views.form.comparison_views import draft_comparison
from claims.views.form.start_views import assist, assist_receipt, claim_new, claim_receipt
from claims.views.form.step_views import business_check, draft_discard, draft_page, draft_step

MY, ASSIST = "my/drafts/<slug:reference>/", "programmes/<slug:code>/assist/<slug:reference>/"

urlpatterns = [
    path("my/claims/new/", claim_new, name="claim-new"),
    path("my/claims/new/<slug:code>/", claim_new, name="claim-new"),
    path(MY, draft_page, name="draft-page"),
    path(f"{MY}steps/<slug:step>/", draft_step, name="draft-step"),
    path(f"{MY}business-check/", business_check, name="draft-business-check"),
    path(f"{MY}comparison/<slug:key>/", draft_comparison, name="draft-comparison"),
    path(f"{MY}discard/", draft_discard, name="draft-discard"),
    path("my/claims/<slug:reference>/receipt/", claim_receipt, name="claim-receipt"),
    path("programmes/<slug:code>/assist/", assist, name="assist"),
    path("programmes/<slug:code>/assist/receipts/<slug:reference>/", assist_receipt, name="assist-receipt"),
    path(ASSIST, draft_page, name="assist-page"),
    path(f"{ASSIST}steps/<slug:step>/", draft_step, name="assist-step"),
    path(f"{ASSIST}business-check/", business_check, name="assist-business-check"),
    path(f"{ASSIST}comparison/<slug:key>/", draft_comparison, name="assist-comparison"),
    path(f"{ASSIST}discard/", draft_discard, name="assist-discard"),
]
