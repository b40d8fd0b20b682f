from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    name = "compensation.programmes"
    label = "programmes"
