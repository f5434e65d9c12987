"""Resources of monitoring under /api/v1/."""
