"""What is told of spreadsheets wherever they are read."""

import struct
import zipfile
import zlib

from openpyxl.utils.exceptions import InvalidFileException

# What openpyxl and the libraries under it raise on XLSX files that are not as they should be.
DAMAGE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    InvalidFileException,
    AttributeError,
    LookupError,
    ArithmeticError,
    ValueError,
    TypeError,
    RuntimeError,  # a password, a compression that nobody uses
    SyntaxError,  # of XML
    EOFError,
    OSError,
)
