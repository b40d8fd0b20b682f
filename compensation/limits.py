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
DESCRIPTION_LENGTH_MAX = 200  # a sentence of the programme file, such as who issues a document

# --- Numbers made of digits -----------------------------------------------------------------------------------------
ACCOUNT_NUMBER_LENGTH_MIN = 6  # digits: shorter than any account number in use
ACCOUNT_NUMBER_LENGTH_MAX = 20  # digits: the longest that bank files take
SPREADSHEET_DIGITS_MAX = 15  # a spreadsheet's number keeps 15 digits; what is longer has lost its end

# --- Time -----------------------------------------------------------------------------------------------------------
YEAR_MIN = 2000  # dates of outages and claims; Seoul has had one offset throughout
YEAR_MAX = 2099
VALIDITY_DAYS_MAX = 3_650  # a benefit item of ten years; what lasts longer is permanent

# --- Lists of a policy (entries) ------------------------------------------------------------------------------------
TABLE_ENTRIES_MAX = 2_000  # services, industries, kinds of evidence: the full industry classification has 1,196 classes
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
REFUSED_ROWS_SHOWN = 20  # refused rows in an import's answer; all of them are in the report file
