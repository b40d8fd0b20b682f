"""Files as merchants send them, and as they should not: each function answers the bytes of one."""

import copy
import hashlib
import io
import struct
import zipfile

import pillow_heif
import xlsxwriter
from PIL import Image

PAD = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")  # PDF 1.7, 7.6.3.3
FREE, END, FAT_SECTOR = 0xFFFF_FFFF, 0xFFFF_FFFE, 0xFFFF_FFFD  # [MS-CFB] 2.1


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (320, 240), mode: str = "RGB", **options: object) -> bytes:
    """A picture with a red left half, so that one sees which way is up."""
    image = Image.new(mode, size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    output = io.BytesIO()
    image.save(output, kind, **options)
    return output.getvalue()


def photo_with_place() -> bytes:
    """A JPEG of a phone: lying on its side, with the place where it was taken."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    exif[0x010F] = "A maker of phones"
    exif.get_ifd(0x8825).update({1: "N", 2: (37.0, 33.0, 58.0), 3: "E", 4: (126.0, 58.0, 41.0)})
    return picture(exif=exif, comment=b"secret comment")


def heic(*, major: bytes = b"heic") -> bytes:
    output = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (320, 240), "red")).save(output, quality=50)
    content = output.getvalue()
    return content[:8] + major + content[12:]


def pdf(
    *, pages: int = 1, size: tuple[int, int] = (595, 842), encrypt: bytes = b"", key_id: bytes = b"0" * 16
) -> bytes:
    """A PDF of empty pages with a red square."""
    kids = b" ".join(b"%d 0 R" % (4 + number) for number in range(pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, pages),
        b"<</Length 26>>stream\n1 0 0 rg 20 20 200 200 re f\nendstream",
        *[b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 3 0 R>>" % size for _ in range(pages)],
    ]
    output, places = io.BytesIO(b"%PDF-1.4\n"), []
    output.seek(0, io.SEEK_END)
    for number, content in enumerate(objects, start=1):
        places.append(output.tell())
        output.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = output.tell()
    output.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    output.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    trailer = b"/ID[<%b><%b>]%b" % (key_id.hex().encode(), key_id.hex().encode(), encrypt)
    output.write(b"trailer<</Size %d/Root 1 0 R%b>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, trailer, start))
    return output.getvalue()


def pdf_with_password(*, to_open: bool) -> bytes:
    """A PDF that needs a password to be opened, or one that opens and only forbids to print (certificates do)."""
    owner, key_id = b"o" * 32, b"0" * 16
    key = hashlib.md5(PAD + owner + struct.pack("<i", -60) + key_id).digest()[:5]
    user = b"u" * 32 if to_open else rc4(key, PAD)
    encrypt = b"/Encrypt<</Filter/Standard/V 1/R 2/P -60/O<%b>/U<%b>>>" % (owner.hex().encode(), user.hex().encode())
    return pdf(encrypt=encrypt, key_id=key_id)


def rc4(key: bytes, content: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    output, j = bytearray(), 0
    for place, byte in enumerate(content):
        i = (place + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        output.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(output)


def archive(parts: dict[str, bytes], *, listed_again: str = "", times: int = 0) -> bytes:
    """A zip archive; its table of contents may list one part many times, as bombs do."""
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as writer:
        for name, content in parts.items():
            writer.writestr(name, content)
        for number in range(times):
            again = copy.copy(writer.getinfo(listed_again))
            again.filename = f"{number}.xml"
            writer.filelist.append(again)
    return output.getvalue()


def xlsx() -> bytes:
    output = io.BytesIO()
    with xlsxwriter.Workbook(output) as book:
        book.add_worksheet("매출").write_row(0, 0, ["날짜", "매출"])
    return output.getvalue()


XLSX_PARTS = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}


def hwpx(**parts: bytes) -> bytes:
    return archive({"mimetype": b"application/hwp+zip", "Contents/section0.xml": b"<hs:sec/>"} | parts)


def compound(stream: str, content: bytes, *, storage: str = "BodyText") -> bytes:
    """An OLE2 file with one stream of 256 bytes and one empty folder, sector by sector ([MS-CFB])."""
    sectors = [
        struct.pack("<128L", FAT_SECTOR, END, END, END, *[FREE] * 124),
        entry("Root Entry", kind=5, child=1, start=3, size=256)
        + entry(stream, kind=2, left=2, start=0, size=256)
        + entry(storage, kind=1)
        + entry("", kind=0),
        struct.pack("<128L", 1, 2, 3, END, *[FREE] * 124),
        content.ljust(256, b"\0").ljust(512, b"\0"),
    ]
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9L", 0, 1, 1, 0, 4096, 2, 1, END, 0) + struct.pack("<109L", 0, *[FREE] * 108)
    return header + b"".join(sectors)


def entry(name: str, *, kind: int, left: int = FREE, child: int = FREE, start: int = 0, size: int = 0) -> bytes:
    encoded = f"{name}\0".encode("utf-16-le") if name else b""
    fields = encoded.ljust(64, b"\0") + struct.pack("<HBB3L", len(encoded), kind, 1, left, FREE, child)
    return fields + bytes(36) + struct.pack("<LQ", start, size)


def hwp(*, password: bool = False) -> bytes:
    header = b"HWP Document File".ljust(32, b"\0") + struct.pack("<LL", 0x05010000, 1 | 2 * password)
    return compound("FileHeader", header)
