from django.apps import AppConfig


class StationsConfig(AppConfig):
    name = "stations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stations import audit  # noqa: PLC0415 - needs the models, which are loaded now
        from stations.gateways import contract_certificates  # noqa: PLC0415

        audit.register()
        # A misspelt provider stops the process here, not the answer to a vehicle.
        contract_certificates.provider()
