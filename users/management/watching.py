"""A progress bar that follows a grant job until it stops."""

import time
from typing import IO, Any

from tqdm import tqdm

from compensation.policy.transitions import GrantJobRunState
from users.models import GrantJob
from users.selectors.grants import job_progress

LOOK_EVERY_SECONDS = 0.3


def watch(*, job: GrantJob, file: IO[str] | Any) -> GrantJob:
    """Looks at the job until it runs no more: finished, cancelled or paused."""
    with tqdm(desc="grants", total=job.rehearsal.get("expected", 0), unit="", unit_scale=True, file=file) as bar:
        while True:
            job.refresh_from_db()
            bar.update(job_progress(job=job).counted - bar.n)
            if job.run_state != GrantJobRunState.RUNNING:
                return job
            time.sleep(LOOK_EVERY_SECONDS)
