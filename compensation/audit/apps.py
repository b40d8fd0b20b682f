from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "compensation.audit"
    label = "audit"
