"""Every bound of the product, with its unit and its reason. Rules, parsers and the database read them from here.

"announced" and "ours" are used as in the programme: what is not announced was decided by us.
"""

# --- Money (won) ----------------------------------------------------------------------------------------------------
LOST_SALES_WON_MAX = 10_000_000_000  # ours: the highest loss that a claim may report; more is a slip of the keys
PAYOUT_WON_MAX = 1_000_000_000  # per tier and claim: fits a 32-bit column, far above any lump sum
ITEM_VALUE_WON_MAX = 1_000_000_000  # face value of one benefit item: fits a 32-bit column

# --- Ratios (basis points, 1/100 of a percent) ----------------------------------------------------------------------
RATIO_BP_MAX = 10_000  # a margin or a share of 100 %
MARGIN_BP_MIN = -100_000  # a reported margin of -1000 %: a loss of ten times the sales; below it is a slip of the keys

# --- Head counts (people) -------------------------------------------------------------------------------------------
HEAD_COUNT_MAX = 10_000_000_000  # more than there are people; keeps totals within 64 bits
PASS_QUOTA_MAX = 100_000_000  # passes: twice the members there are; more is a slip of the keys

# --- Text (characters, after NFC) -----------------------------------------------------------------------------------
NAME_LENGTH_MAX = 100  # ours: names of businesses and people
NAME_TEXT_LENGTH_MAX = 4 * NAME_LENGTH_MAX  # as typed: NFD takes up to three characters for one syllable
VALUE_TEXT_LENGTH_MAX = 64  # an amount, a date, a phone number as typed: longer text is refused before it is looked at
EMAIL_LENGTH_MAX = 254  # RFC 5321: the longest address that a mail server takes
EMAIL_LOCAL_LENGTH_MAX = 64  # RFC 5321: the part before the @
CODE_LENGTH_MAX = 20  # codes of tiers: the width of their column
EVIDENCE_CODE_LENGTH_MAX = 40  # codes of evidence kinds: the width of their column
INDUSTRY_CODE_LENGTH_MAX = 10  # the width of their column; the official classification has up to five digits
SERVICE_CODE_LENGTH_MAX = 40  # the width of their column
CONSENT_CODE_LENGTH_MAX = 40  # codes of consents: the width of their column
CONSENT_TEXT_LENGTH_MAX = 4_000  # several paragraphs, which a person is to read before ticking
DESCRIPTION_LENGTH_MAX = 200  # a sentence of the programme file, such as who issues a document
PARAGRAPHS_LENGTH_MAX = 2_000  # a question, an answer, reasons: a page and a half; what is longer comes as a document

# --- Numbers made of digits -----------------------------------------------------------------------------------------
ACCOUNT_NUMBER_LENGTH_MIN = 6  # digits: shorter than any account number in use
ACCOUNT_NUMBER_LENGTH_MAX = 20  # digits: the longest that bank files take
SPREADSHEET_DIGITS_MAX = 15  # a spreadsheet's number keeps 15 digits; what is longer has lost its end

# --- Time -----------------------------------------------------------------------------------------------------------
YEAR_MIN = 2000  # dates of outages and claims; Seoul has had one offset throughout
YEAR_MAX = 2099
VALIDITY_DAYS_MAX = 3_650  # a benefit item of ten years; what lasts longer is permanent

DEADLINE_DAYS_MAX = 365  # ours: nobody waits longer than a year for an answer
CONSENT_VERSION_MAX = 1_000  # versions of a consent's text: far more than are ever written

# --- Lists of a claim (entries) --------------------------------------------------------------------------------------
LOSSES_PER_CLAIM_MAX = 30  # ours: every service of the outage, several periods of some; still one readable working

# --- Drafts of claims -------------------------------------------------------------------------------------------------
ANSWER_LENGTH_MAX = NAME_TEXT_LENGTH_MAX  # characters of one answer as typed: what is longer is told so, and not saved
ANSWER_KEY_LENGTH_MAX = 3  # characters: lines of a draft are numbered
AGENT_REASON_LENGTH_MAX = 200  # why an agent fills in a claim: who called, how it was made sure
DRAFTS_PER_PERSON_MAX = 50  # drafts begun and not sent, in all: enough for a broker, a bound for a script

# --- Lists of a policy (entries) ------------------------------------------------------------------------------------
TABLE_ENTRIES_MAX = 2_000  # services, industries, kinds of evidence: the full industry classification has 1,196 classes
REASON_CODE_LENGTH_MAX = 40  # characters: the width of the column
PARTY_CODE_LENGTH_MAX = 30  # characters: the width of the column
SECOND_LOOK_FIRST_MAX = 10_000  # determinations: more is no sample any more, but everything
PARTIES_MAX = 50  # parties of a council: each has a seat at one table

# --- References -----------------------------------------------------------------------------------------------------
REFERENCE_RANDOM_BITS = 64  # random bits behind a reference; 11 characters keep 53 of them
REFERENCE_LENGTH = 14  # characters with dashes: K7M4-9QXR-T2V5

# --- Association files --------------------------------------------------------------------------------------------
XLSX_UNPACKED_BYTES_MAX = 2_000_000_000  # bytes: a full sheet (1,048,576 rows) of our columns takes half of it
XLSX_MEMBER_RATIO_MAX = 150  # unpacked / packed size of a part: real sheets reach 30, a bomb of one repeated byte 1,000
XLSX_MEMBER_BYTES_CHECKED = 10_000_000  # bytes: smaller parts may have any ratio, they cannot hurt
XLSX_ROW_NUMBER_MAX = 1_048_576  # rows of a sheet; a higher number is no spreadsheet program's
LINE_LENGTH_MAX = 1_000_000  # characters: a longer line of a text file is no row of a table
HEADER_SEARCH_ROWS = 30  # rows that are not blank: a header below as many title rows is not looked for
EXTERNAL_REFERENCE_LENGTH_MAX = 60  # characters of the association's own number (접수번호): the width of its column
IMPORT_BATCH_ROWS = 2_000  # rows per statement: more brings no speed, and memory grows with it
CELLS_REMEMBERED = 10_000  # cells per column whose value is kept: dates and rates repeat; a few MB
REFUSED_ROWS_LISTED = 1_000  # refused rows in an import's answer, a few MB; all of them are in the report file

# --- Evidence (files that merchants upload) -------------------------------------------------------------------------
EVIDENCE_FILE_BYTES_MAX = 20 * 1_048_576  # bytes of one file: 20 MB as phones and Windows count them
EVIDENCE_CLAIM_BYTES_MAX = 100 * 1_048_576  # bytes of all files of a claim: 100 MB
EVIDENCE_FILES_MAX = 100  # files of a claim: as many small ones would fill the database instead of the disk
UPLOAD_REQUEST_BYTES_MAX = 1_000_000_000  # bytes: up to here a request is read to its end, to answer with a sentence
FILE_NAME_LENGTH_MAX = 120  # characters of a file's name as shown; the ending is kept
EVIDENCE_UNPACKED_BYTES_MAX = 500_000_000  # bytes of all parts of an XLSX or HWPX: 25 times the largest file
ARCHIVE_PARTS_MAX = 10_000  # parts of an XLSX or HWPX; a document with a picture on every page has some hundreds
ARCHIVE_DIRECTORY_BYTES_MAX = 2_000_000  # bytes of an archive's table of contents: looked at before it is read
IMAGE_PIXELS_MAX = 64_000_000  # pixels: above the 48 and 50 million of today's phones; 256 MB when decoded
PDF_PAGES_MAX = 2_000  # pages: more than anybody reads; pictures are made of the first ones only
PREVIEW_PAGES_MAX = 30  # pages of a document of which pictures are made
PREVIEW_PIXELS_MAX = 1_600  # pixels of the longer side of a page's picture: a page of A4 reads well
PREVIEW_TRIES_MAX = 3  # workers that may die over a file's pictures before it is left without
ORPHAN_SECONDS = 3_600  # age at which a stored file without a row counts as left over; no transaction takes so long
EVIDENCE_WORK_SECONDS_MAX = 200  # seconds a worker may take over files before it is ended: a picture takes below 5
EVIDENCE_LEASE_SECONDS = 240  # seconds until a file whose worker died is looked at again; longer than the line above
SCAN_RETRY_SECONDS = 60  # seconds until a scanner that did not answer is asked again
ORPHAN_SHARDS_PER_SWEEP = 8  # of 256 folders a minute: all of them in half an hour, however many files there are
SCAN_SECONDS_MAX = 60  # seconds without a word from the malware scanner

# --- Review -----------------------------------------------------------------------------------------------------------
CHECK_CODE_LENGTH_MAX = 30  # characters: the width of the column
TAG_LENGTH_MAX = 30  # characters of a word by which officers find cases
TAGS_MAX = 10  # of a case
REVIEW_NOTE_LENGTH_MAX = 500  # characters of a note or a reason that staff write
BULK_CASES_MAX = 500  # cases of one bulk job: as many as a person can answer for
AGENDA_ITEMS_MAX = 100  # cases of a session: more is no day's work for anybody
SEATS_PER_PARTY_MAX = 20  # of a council: a party with more would be a parliament
CHECKED_CLAIMS_PER_BATCH = 100  # claims of a transaction of machine checks: one call of the tax service's register
CHECKS_LEASE_SECONDS = 120  # seconds until reviews whose worker died are checked again; far above what a batch takes
RELATED_CLAIMS_LISTED_MAX = 50  # claims that share something with a case, for each thing: more tells nobody more
REGISTRY_CONNECT_SECONDS = 3  # a register of businesses that does not even pick up
REGISTRY_ANSWER_SECONDS = 10  # a register that took the request
REGISTRY_RETRY_SECONDS = 600  # seconds until a register that did not answer is asked again
SIMILAR_CASES_LEAST = 8  # decided cases below which nothing is called usual
SIMILAR_CASES_MAX = 200  # decided cases that are shown beside a case
DECISIONS_COMPARED_MAX = 5_000  # newest decisions of a council among which similar cases are looked for
VOTE_DAYS_MAX = 60  # days between the first and the last moment of a vote

# --- Payouts ----------------------------------------------------------------------------------------------------------
BUDGET_WON_MAX = 10_000_000_000_000  # won that may be paid to merchants: ten times what everything together cost
APPROVALS_MIN = 2  # people who approve a batch: one alone is the usual hole
APPROVALS_MAX = 5  # people: more nobody finds on a working day
PRINTED_TEXT_LENGTH_MAX = 20  # characters beside a sum in an account's statement; banks print 7 to 10 of them
BATCH_PAYOUTS_MAX = 200_000  # payouts of a batch: twice the largest we measured; what is more goes into the next
PAYOUT_REASON_LENGTH_MAX = 200  # characters of why a person holds, drops, retries or downloads: the width of the column
TOP_UP_WON_MAX = 500_000  # won of top-ups for a claim, where the policy says nothing: what is more is the council's
TOP_UP_LISTED_MAX = 2_000  # claims of a top-up that people list by hand: more is a tier

# --- Bank accounts and channel cash -----------------------------------------------------------------------------------
HOLDER_CONNECT_SECONDS = 3  # Open Banking that does not even pick up
HOLDER_ANSWER_SECONDS = 10  # Open Banking that took the request: it asks the bank itself
HOLDER_INQUIRIES_AT_ONCE = 8  # that a worker takes and asks side by side: banks that take a second leave eight a second
HOLDER_SLICE_SECONDS = 1  # of asking, then other work has its turn: a worker that waits for banks does nothing else
HOLDER_LEASE_SECONDS = 300  # seconds until accounts whose worker died are asked about again: far above a slow answer
HOLDER_RETRY_SECONDS = 600  # seconds until a bank that did not answer is asked again
HOLDER_TRIES_MAX = 5  # unanswered inquiries, nearly an hour, after which a person looks
HOLDER_NAME_BYTES_MAX = 20  # bytes of a holder's name in Open Banking's answers (AH 20): longer ones come cut
ACCOUNTS_WANTED_PER_SWEEP = 5_000  # accounts that a sweep marks to be asked about: a short statement each minute
ROTATED_PER_BATCH = 1_000  # rows that are encrypted anew in a transaction: short locks
CHANNEL_CASH_LINES_MAX = 1_000_000  # lines of a report of use: a full sheet
CHANNEL_CASH_LIST_ROWS_MAX = 1_000_000  # grants of a list: what a sheet would not hold would be missing without a word

# --- Bank files -------------------------------------------------------------------------------------------------------
BANK_COLUMNS_MAX = 40  # columns of a bank's file: the widest we know has 18
BANK_CELL_BYTES_MAX = 100  # bytes of a column of fixed width
BANK_TEXTS_MAX = 50  # words for one outcome, or codes of reasons, in a bank's result files
PROFILE_TEXT_LENGTH_MAX = 20_000  # characters of a bank profile as it is typed: eight times the longest shipped one
RESULT_FILE_BYTES_MAX = 50 * 1_048_576  # bytes: 200,000 lines of 260 bytes
RESULT_LINES_MAX = 400_000  # lines: twice the payouts of the largest batch; what has more is no result of ours
RESULT_FAULTS_KEPT = 1_000  # faults kept with a refused result file: who has more looks at the file, not at the list
RESULT_AT_ONCE_BYTES_MAX = 200_000  # bytes of a result that is read while one waits: some 2,000 lines, a second
RESULT_TRIES_MAX = 5  # workers that may die over a result file before it is given up
RESULT_TEXT_LENGTH_MAX = 100  # characters of a bank's reason that are kept

# --- Grant jobs -------------------------------------------------------------------------------------------------------
GRANT_NOTE_LENGTH_MAX = 200  # characters: the width of the columns of a job's note and of a reason to leave out
GRANT_WORKERS_MAX = 8  # workers that one job keeps busy: beyond that they wait for the same disk
GRANT_PRIORITY_MAX = 9  # 1 goes first
GRANT_SPEED_MAX = 10_000_000  # members a second: ten times what was ever measured
AUDIENCE_ROWS_MAX = 2_000_000  # rows of a list of members: more is a filter; a full sheet has half as many
MEMBER_NUMBER_DIGITS_MAX = 15  # digits: what a spreadsheet keeps; the column holds 18

# --- Coupons ----------------------------------------------------------------------------------------------------------
COUPON_MEMBER_BITS = 30  # of a code: a thousand million members
COUPON_NUMBER_BITS = 8  # of a code: 256 coupons of all programmes of an installation together
COUPON_MAC_BITS = 32  # of a code: with the two above 70; 15 characters of 29 hold 72.9, the rest is the key's version
PARTNER_TOKEN_DAYS = 365  # days until a partner needs a new token: as long as a coupon is good, at most
PARTNER_REQUESTS_PER_SECOND_MAX = 200  # of one partner, over ten seconds: a tenth of what one machine answers
WRONG_CODES_PER_SHOPPER_MAX = 10  # an hour: somebody who tries out codes is told to come back; a typing error is none
WRONG_CODES_PER_PARTNER_MAX = 1_000  # an hour: where a partner does not say who the shopper is
SHOPPER_LENGTH_MAX = 100  # characters of what a partner calls a shopper
ORDER_LENGTH_MAX = 60  # characters of a partner's own order number: the width of the column

# --- Hand-over of grants to the services that honour them -------------------------------------------------------------
HANDOVER_FILE_ROWS = 50_000  # members of a file: a chunk, or as many small ones as fit; under a second of work
HANDOVER_ATTEMPTS_MAX = 5  # tries at a file; a fault that is still there after these is not a passing one
HANDOVER_PAGE_ROWS = 1_000  # members of a page, where a service does not say: 0.1 MB
HANDOVER_PAGE_ROWS_MAX = 5_000  # members of a page at most: half a megabyte of JSON
HANDOVER_RECEIPT_BYTES_MAX = 5_000_000  # bytes of a receipt as CSV: every member of the largest usual file, refused
HANDOVER_RECEIPT_ROWS_MAX = 100_000  # refused members of one receipt; more is a fault of the whole: ask us first
HANDOVER_FAULTS_TOLD = 100  # faulty rows of a receipt that its answer names
HANDOVER_REASON_LENGTH_MAX = 40  # characters of the other side's code: the width of the column
PARTNER_RATE_MAX = 10_000  # requests a second that one partner may be allowed: five times what one machine answers

# --- Messages -------------------------------------------------------------------------------------------------------
MESSAGE_CHECK_CODE_LENGTH = 9  # characters with the dash: K7M4-9QXR
MESSAGE_TITLE_LENGTH_MAX = 160  # the sender (a programme's name) and the longest title
MESSAGE_TEXT_LENGTH_MAX = 1_000  # characters of title and body: what a Kakao business message and a Korean LMS hold
MESSAGE_VARIABLE_LENGTH_MAX = 200  # what a person wrote is cut there; the claim's page has all of it
MESSAGE_DEDUPE_KEY_LENGTH_MAX = 120
SMS_BYTES_MAX = 90  # in EUC-KR; a longer text goes as LMS
LMS_SUBJECT_BYTES_MAX = 40
MESSAGE_RETRY_SECONDS = (10, 60, 300, 1_800, 7_200, 21_600)  # after the first, second, … refusal; nine hours in all
MESSAGE_CONNECT_SECONDS = 3  # a provider that does not even pick up
MESSAGE_ANSWER_SECONDS = 10  # a provider that took the request
MESSAGE_SETTLE_SECONDS = 60  # then an attempt without an answer is looked up: its call is over, the list is current
MESSAGE_UNKNOWN_HOURS_MAX = 24  # then a person has to find out what became of it

# --- One-time codes -------------------------------------------------------------------------------------------------
CODE_DIGITS = 6  # a million codes: with the bounds below a guesser has 25 tries an hour at one contact
CODE_VALID_SECONDS = 600  # long enough for a message that is late
CODE_ATTEMPTS_MAX = 5  # tries at one code; then a new one is needed
CODE_WAIT_SECONDS = 30  # between two codes to one contact
CODES_PER_CONTACT_MAX = 5  # an hour: nobody's phone is made to ring all day
CODES_PER_ADDRESS_MAX = 20  # an hour: a shop's or an office's shared line has enough, a script does not
DEVICE_NAME_LENGTH_MAX = 40  # characters: system and browser, not what a browser says of itself at length
CODE_PURPOSE_LENGTH_MAX = 20  # characters: the width of the column
BUSINESSES_PER_PERSON_USUAL = 5  # businesses behind one account; more is allowed, and noted with the change

# --- API ------------------------------------------------------------------------------------------------------------
API_BODY_BYTES_MAX = 262_144  # bytes of a JSON body: the longest answers of a step are a tenth of it
API_BODY_DEPTH_MAX = 12  # objects and lists inside each other: ours need four
API_PAGE_ROWS = 20  # rows of a page, where a client does not say
API_PAGE_ROWS_MAX = 100  # rows of a page at most
API_RATES = {  # requests of one account, or of one address that has not signed in
    "read": "300/min",
    "write": "60/min",
    "public": "120/min",
    "sign_in": "30/min",  # codes and their tries have narrower bounds of their own, above
    "upload": "120/min",
}
API_TOKEN_DAYS = 90  # days until a token has to be had anew
API_TOKENS_PER_PERSON_MAX = 10  # live tokens; one more ends the oldest
API_TOKEN_LABEL_LENGTH_MAX = 60  # characters: what a person calls the program that uses it
IDEMPOTENCY_KEY_LENGTH_MAX = 100  # characters: a UUID has 36
IDEMPOTENCY_KEPT_HOURS = 48  # hours: 24 at least, so that whoever was offline for a day can still send again

# --- Retention (what is destroyed, and when) ------------------------------------------------------------------------
DRAFT_KEPT_DAYS = (
    30  # after the last intake window closed: as long as one can object; a longer window keeps them longer
)
CLAIM_ORIGIN_KEPT_DAYS = 180  # after a claim came in: related claims are looked for; named in the consent
SIGN_IN_CODE_KEPT_DAYS = 7  # after it expired: long enough to look into a complaint that somebody tried to get in
API_TOKEN_KEPT_DAYS = 30  # after it ended: a person who comes back finds out why a program no longer gets in
MESSAGE_BODY_KEPT_DAYS = 365  # after it was written: complaints about what we wrote come within a year
BANK_FILE_KEPT_DAYS = 180  # after its batch closed: banks settle what went astray within weeks; sums and hash stay
RESULT_KEPT_DAYS = 2_300  # after its batch closed: a voucher, five years from when the year's taxes are due (law)
HANDOVER_FILE_KEPT_DAYS = 90  # after its last receipt: a service that lost it has had time to ask; counts and hash stay
DESTROYED_PER_BATCH = 500  # rows of a transaction: short locks, and what a killed worker has to do again is little
