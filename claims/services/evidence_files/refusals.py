"""Why a file is not taken: a sentence that says what to do instead."""

from compensation import limits
from compensation.values.refused import ValueRefused

_MB = 1_048_576
FILE_MB_MAX = limits.EVIDENCE_FILE_BYTES_MAX // _MB
CLAIM_MB_MAX = limits.EVIDENCE_CLAIM_BYTES_MAX // _MB


class EvidenceRefused(ValueRefused):
    """A file that cannot be taken as evidence."""


def nothing_sent() -> EvidenceRefused:
    return EvidenceRefused("file_missing", "올릴 파일을 골라 주세요.", "Please choose a file.")


def empty() -> EvidenceRefused:
    return EvidenceRefused(
        "file_empty",
        "내용이 없는 빈 파일입니다. 파일을 열어 확인한 뒤 다시 올려 주세요.",
        "The file is empty. Please open it to check, and send it again.",
    )


def too_large() -> EvidenceRefused:
    return EvidenceRefused(
        "file_too_large",
        f"파일 하나는 {FILE_MB_MAX}MB까지 올릴 수 있습니다. 나누거나 사진의 크기를 줄여 올려 주세요.",
        f"A file may have up to {FILE_MB_MAX} MB. Please split it, or make the picture smaller.",
    )


def claim_is_full() -> EvidenceRefused:
    return EvidenceRefused(
        "claim_full",
        f"한 건에 올릴 수 있는 증빙 자료는 모두 합쳐 {CLAIM_MB_MAX}MB, {limits.EVIDENCE_FILES_MAX}개까지입니다. "
        "꼭 필요한 자료만 남겨 주세요.",
        f"A claim takes {CLAIM_MB_MAX} MB and {limits.EVIDENCE_FILES_MAX} files of evidence in all. "
        "Please keep what is needed.",
    )


def already_there(file_name: str) -> EvidenceRefused:
    return EvidenceRefused(
        "file_already_there",
        f"같은 파일을 이미 올리셨습니다: {file_name}. 다시 올리지 않으셔도 됩니다.",
        f"This file is there already: {file_name}. There is no need to send it again.",
    )


def infected_before() -> EvidenceRefused:
    return EvidenceRefused(
        "file_infected",
        "악성코드가 발견되어 받지 않은 파일입니다. 다른 기기에서 문서를 다시 만들거나 사진으로 찍어 올려 주세요.",
        "Malware was found in this file. Please make the document again on another device, or take a photo of it.",
    )


def kind_unknown() -> EvidenceRefused:
    return EvidenceRefused("kind_unknown", "어떤 증빙 자료인지 골라 주세요.", "Please choose which document this is.")


def not_open() -> EvidenceRefused:
    return EvidenceRefused(
        "evidence_not_open",
        "지금은 이 접수 건의 증빙 자료를 바꿀 수 없습니다.",
        "The evidence of this claim cannot be changed now.",
    )


def type_not_taken() -> EvidenceRefused:
    return EvidenceRefused(
        "file_type",
        "PDF, 사진(JPEG, PNG, WebP, HEIC), 엑셀(XLSX), 한글(HWP, HWPX) 파일만 올릴 수 있습니다. "
        "다른 형식은 PDF로 저장하거나 사진으로 찍어 올려 주세요.",
        "We take PDF, pictures (JPEG, PNG, WebP, HEIC), Excel (XLSX) and Hangul (HWP, HWPX) files. "
        "Please save other kinds as PDF, or take a photo.",
    )


def two_things_at_once() -> EvidenceRefused:
    return EvidenceRefused(
        "file_two_types",
        "한 파일에 다른 형식의 내용이 섞여 있어 받을 수 없습니다. PDF로 다시 저장하거나 사진으로 찍어 올려 주세요.",
        "Something of another kind is hidden in this file. Please save it as PDF again, or take a photo of it.",
    )


def damaged() -> EvidenceRefused:
    return EvidenceRefused(
        "file_damaged",
        "파일이 손상되어 열 수 없습니다. 기기에서 열리는지 확인하고 다시 저장해 올려 주세요.",
        "The file is damaged and cannot be opened. Please check that it opens on your device, and save it again.",
    )


def has_password() -> EvidenceRefused:
    return EvidenceRefused(
        "file_password",
        "열 때 암호가 필요한 파일입니다. 암호를 풀고 다시 저장해 올려 주세요.",
        "The file needs a password to be opened. Please remove the password, save it and send it again.",
    )


def has_macros() -> EvidenceRefused:
    return EvidenceRefused(
        "file_macros",
        "매크로가 들어 있는 엑셀 파일입니다. 매크로 없는 통합 문서(XLSX)나 PDF로 저장해 올려 주세요.",
        "This Excel file has macros. Please save it as a workbook without macros (XLSX), or as PDF.",
    )


def zip_bomb() -> EvidenceRefused:
    return EvidenceRefused(
        "file_zip_bomb",
        "압축을 풀면 지나치게 커지는 파일이라 열지 않았습니다. 필요한 부분만 PDF로 저장해 올려 주세요.",
        "Unpacked, the file would be far too large; it was not opened. Please save the part that matters as PDF.",
    )


def too_many_pixels() -> EvidenceRefused:
    millions = limits.IMAGE_PIXELS_MAX // 1_000_000
    return EvidenceRefused(
        "image_too_large",
        f"사진이 너무 큽니다({millions * 100:,}만 화소까지). 크기를 줄여 올려 주세요.",
        f"The picture is too large (up to {millions} megapixels). Please make it smaller.",
    )


def too_many_pages() -> EvidenceRefused:
    return EvidenceRefused(
        "pdf_too_long",
        f"PDF는 {limits.PDF_PAGES_MAX:,}쪽까지 올릴 수 있습니다. 필요한 쪽만 저장해 올려 주세요.",
        f"A PDF may have up to {limits.PDF_PAGES_MAX:,} pages. Please save the pages that matter.",
    )
