"""Django's PostgreSQL, where a connection from an earlier request is looked at before it is used, without a question.

Django asks `SELECT 1` at the first statement of every request (CONN_HEALTH_CHECKS): a round trip, a third of the
statements of a small page. A server that stops or is killed closes its connections, so there is something to read on
them (the end); on one that idles and is well there is nothing. Only where there is something, the question is asked.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """PostgreSQL."""

    def is_usable(self) -> bool:
        """Whether the server still holds the other end. It may still go in the next moment, as always."""
        if self.connection is None or self.connection.closed:
            return False
        waiting = select.poll()
        waiting.register(self.connection.fileno(), select.POLLIN | select.POLLPRI)
        return super().is_usable() if waiting.poll(0) else True
