"""A claim that is being filled in: steps whose answers are kept as typed, and read by one set of parsers."""

from claims.services.drafts.answers import Answers, Typed, device_digest
from claims.services.drafts.context import FilingRules, StepContext, context_of, filing_rules
from claims.services.drafts.problems import FieldProblem, Parsed
from claims.services.drafts.saving import (
    DraftBecameClaim,
    SavedElsewhere,
    SavedStep,
    TooManyDrafts,
    discard_draft,
    lock_draft,
    save_step,
    start_draft,
)
from claims.services.drafts.steps import (
    STEPS,
    StepUnknown,
    facts_of,
    parse_saved,
    parse_step,
    problems_by_step,
    steps_for,
)

__all__ = [
    "STEPS",
    "Answers",
    "DraftBecameClaim",
    "FieldProblem",
    "FilingRules",
    "Parsed",
    "SavedElsewhere",
    "SavedStep",
    "StepContext",
    "StepUnknown",
    "TooManyDrafts",
    "Typed",
    "context_of",
    "device_digest",
    "discard_draft",
    "facts_of",
    "filing_rules",
    "lock_draft",
    "parse_saved",
    "parse_step",
    "problems_by_step",
    "save_step",
    "start_draft",
    "steps_for",
]
