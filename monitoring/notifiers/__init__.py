"""By what messages leave. Everything here blocks and ends by itself within seconds; nothing here touches a row."""
