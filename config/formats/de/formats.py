"""German, as short as tables want it."""

MONTH_DAY_FORMAT = "d.m."
