from compensation.programmes.models.benefits import BenefitItem, BenefitPackage, BudgetScenario
from compensation.programmes.models.customer_centre import CustomerCentre
from compensation.programmes.models.incident import Incident, IncidentService
from compensation.programmes.models.programme import IntakeWindow, PolicyVersion, Programme
from compensation.programmes.models.roles import ProgrammeRole, Role

__all__ = [
    "BenefitItem",
    "BenefitPackage",
    "BudgetScenario",
    "CustomerCentre",
    "Incident",
    "IncidentService",
    "IntakeWindow",
    "PolicyVersion",
    "Programme",
    "ProgrammeRole",
    "Role",
]
