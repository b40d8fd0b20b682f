"""Files for the bank, results from it, and bank profiles."""

from django.urls import path

from claims.views.bank_files.files import bank_file, bank_files, bank_files_live
from claims.views.bank_files.profiles import (
    bank_profile,
    bank_profile_check,
    bank_profile_edit,
    bank_profile_sample,
    bank_profiles,
)
from claims.views.bank_files.results import (
    bank_result,
    bank_result_faults,
    bank_result_upload,
    bank_result_upload_live,
    bank_result_upload_page,
)

PROFILES = "programmes/<slug:code>/bank-profiles/"
FILES = "programmes/<slug:code>/payouts/batches/<slug:reference>/files/"
RESULTS = "programmes/<slug:code>/payouts/batches/<slug:reference>/results/"

urlpatterns = [
    path(PROFILES, bank_profiles, name="bank-profiles"),
    path(f"{PROFILES}new/", bank_profile_edit, name="bank-profile-new"),
    path(f"{PROFILES}of/<slug:profile>/", bank_profile, name="bank-profile"),
    path(f"{PROFILES}of/<slug:profile>/edit/", bank_profile_edit, name="bank-profile-edit"),
    path(f"{PROFILES}of/<slug:profile>/check/", bank_profile_check, name="bank-profile-check"),
    path(f"{PROFILES}of/<slug:profile>/sample/", bank_profile_sample, name="bank-profile-sample"),
    path(FILES, bank_files, name="bank-files"),
    path(f"{FILES}live/", bank_files_live, name="bank-files-live"),
    path(f"{FILES}download/", bank_file, name="bank-file"),
    path(RESULTS, bank_result_upload, name="bank-result-upload"),
    path(f"{RESULTS}sent/<slug:upload>/", bank_result_upload_page, name="bank-result-upload-page"),
    path(f"{RESULTS}sent/<slug:upload>/live/", bank_result_upload_live, name="bank-result-upload-live"),
    path(f"{RESULTS}<int:number>/", bank_result, name="bank-result"),
    path(f"{RESULTS}<int:number>/faults/", bank_result_faults, name="bank-result-faults"),
]
