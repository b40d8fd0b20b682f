from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "compensation.ledger"
    label = "ledger"
