"""Grants handed over to the services that honour them: planned, written as files, read, and answered by receipts."""
