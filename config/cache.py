"""Redis as a cache; while it is away, a cache that knows nothing: pages take longer, and are there."""

from typing import Any

import structlog
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

log = structlog.get_logger(__name__)


class ForgetfulRedisCache(RedisCache):
    """Reads find nothing and writes are lost while Redis does not answer."""

    def add(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return bool(self._asked(super().add, True, key, *args, **kwargs))

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._asked(super().get, default, key, default, version=version)

    def set(self, key: Any, *args: Any, **kwargs: Any) -> None:
        self._asked(super().set, None, key, *args, **kwargs)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return bool(self._asked(super().delete, False, key, version=version))

    def _asked(self, ask: Any, otherwise: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return ask(*args, **kwargs)
        except RedisError as error:
            log.warning("cache.away", error=str(error))
            return otherwise
