"""The whole installation in one process: portal, charger edge, worker, beat, and a demo network with virtual chargers.

On SQLite and without any service unless DATABASE_URL and REDIS_URL say otherwise. PORT and DATA let several copies run
side by side.
"""
