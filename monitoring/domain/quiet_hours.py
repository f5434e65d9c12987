"""When a person is left alone, by the clock of where they are."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitoring.domain.rota import instant

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one time of day to another, over midnight where that is earlier; none where both are the same."""

    begin: time
    end: time
    zone: ZoneInfo

    def until(self, at: datetime) -> datetime | None:
        """When the quiet hours end in which `at` lies; None: it lies in none."""
        if self.begin == self.end:
            return None
        today = at.astimezone(self.zone).date()
        for day in (today - _DAY, today):
            last = day if self.end > self.begin else day + _DAY
            begin, end = instant(day, self.begin, self.zone), instant(last, self.end, self.zone)
            if begin <= at < end:
                return end
        return None
