"""The error that every parser of this package raises."""


class ValueRefused(ValueError):
    """A value that cannot be taken. `code` is stable, for machines; the messages show a person how to write it."""

    def __init__(self, code: str, message_ko: str, message_en: str) -> None:
        super().__init__(message_en)
        self.code = code
        self.message_ko = message_ko
        self.message_en = message_en
