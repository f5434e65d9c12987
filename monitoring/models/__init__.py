from monitoring.models.connectivity import OfflineSpell

__all__ = ["OfflineSpell"]
