"""The officers' and the council's road by the API: the same services, parsers and rights as the pages.

Whoever works on a programme signs in on the site and sends the session's cookie with `X-CSRFToken`: they have no
tokens.
"""
