from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "compensation.messaging"
    label = "messaging"
