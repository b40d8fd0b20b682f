from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    """Kernel without domain words. Loads the Celery application, so that `shared_task` finds it in every process."""

    name = "compensation.runtime"
    label = "runtime"

    def ready(self) -> None:
        import compensation.celery  # noqa: F401
