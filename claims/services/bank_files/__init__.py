"""Files for the bank and results from it: profiles, writing, downloads and reading."""
