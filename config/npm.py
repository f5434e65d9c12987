"""Third-party front-end files: of everything `npm ci` installed, exactly these are served, under static `vendor/`."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage, Warning
from django.core.files.storage import FileSystemStorage

from config.env import BASE_DIR

NODE_MODULES = BASE_DIR / "node_modules"

# Static name → file below node_modules. Style sheets bring the images and source maps that they name.
FILES = {
    "vendor/htmx.js": "htmx.org/dist/htmx.min.js",
    "vendor/idiomorph.js": "idiomorph/dist/idiomorph-ext.min.js",
    "vendor/inter-latin.woff2": "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2",
    "vendor/inter-latin-ext.woff2": "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2",
    "vendor/mono-latin.woff2": "@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2",
    "vendor/leaflet.js": "leaflet/dist/leaflet.js",
    "vendor/leaflet.js.map": "leaflet/dist/leaflet.js.map",
    "vendor/leaflet.css": "leaflet/dist/leaflet.css",
    "vendor/images/layers.png": "leaflet/dist/images/layers.png",
    "vendor/images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "vendor/images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
    "vendor/topojson-client.js": "topojson-client/dist/topojson-client.min.js",
    # Country outlines of Natural Earth (public domain) as TopoJSON: the world at a glance, and from nearer by.
    "vendor/countries-110m.json": "world-atlas/countries-110m.json",
    "vendor/countries-50m.json": "world-atlas/countries-50m.json",
    "vendor/uplot.js": "uplot/dist/uPlot.iife.min.js",
    "vendor/uplot.css": "uplot/dist/uPlot.min.css",
    "vendor/swagger-ui/swagger-ui-bundle.js": "swagger-ui-dist/swagger-ui-bundle.js",
    "vendor/swagger-ui/swagger-ui-standalone-preset.js": "swagger-ui-dist/swagger-ui-standalone-preset.js",
    "vendor/swagger-ui/swagger-ui.css": "swagger-ui-dist/swagger-ui.css",
    "vendor/swagger-ui/swagger-ui.css.map": "swagger-ui-dist/swagger-ui.css.map",
    "vendor/swagger-ui/favicon-32x32.png": "swagger-ui-dist/favicon-32x32.png",
}


class NpmStorage(FileSystemStorage):
    """node_modules, seen by the static names of the served files."""

    def __init__(self) -> None:
        super().__init__(location=NODE_MODULES)

    def path(self, name: str) -> str:
        return super().path(FILES[name])


class NpmFinder(BaseFinder):
    """Finds the files of `FILES`."""

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        missing = [path for path in FILES.values() if not (NODE_MODULES / path).is_file()]
        if not missing:
            return []
        hint = "`make run` and `make test` install them with `npm ci`."
        return [Warning(f"Front-end files are missing: {', '.join(missing)}", hint=hint, id="config.W001")]

    # `all` is the same under its name before Django 5.2; Django's own callers still use either.
    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = [str(file)] if path in FILES and (file := NODE_MODULES / FILES[path]).is_file() else []
        if find_all or kwargs.get("all"):
            return found
        return found[0] if found else []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, NpmStorage]]:
        storage = NpmStorage()
        for name, path in FILES.items():
            if Path(NODE_MODULES / path).is_file():
                yield name, storage
