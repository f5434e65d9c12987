"""Value added tax numbers: whether one can be, by its country's pattern. No register is asked."""

import re

# Council Directive 2006/112/EC, article 215: the country's prefix (Greece: EL), then what its tax office gives out;
# patterns as the VIES service of the European Commission publishes them. GB, CH and NO after their own offices.
_PATTERNS = {
    "AT": r"U\d{8}",
    "BE": r"[01]\d{9}",
    "BG": r"\d{9,10}",
    "CH": r"E\d{9}(MWST|TVA|IVA)?",
    "CY": r"\d{8}[A-Z]",
    "CZ": r"\d{8,10}",
    "DE": r"\d{9}",
    "DK": r"\d{8}",
    "EE": r"\d{9}",
    "EL": r"\d{9}",
    "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}",
    "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}",
    "GB": r"(\d{9}|\d{12}|GD\d{3}|HA\d{3})",
    "HR": r"\d{11}",
    "HU": r"\d{8}",
    "IE": r"(\d{7}[A-W][A-I]?|\d[A-Z+*]\d{5}[A-W])",
    "IT": r"\d{11}",
    "LT": r"(\d{9}|\d{12})",
    "LU": r"\d{8}",
    "LV": r"\d{11}",
    "MT": r"\d{8}",
    "NL": r"[A-Z0-9+*]{10}\d{2}",
    "NO": r"\d{9}(MVA)?",
    "PL": r"\d{10}",
    "PT": r"\d{9}",
    "RO": r"\d{2,10}",
    "SE": r"\d{10}01",
    "SI": r"\d{8}",
    "SK": r"\d{10}",
    "XI": r"(\d{9}|\d{12}|GD\d{3}|HA\d{3})",
}
_COMPILED = {country: re.compile(pattern) for country, pattern in _PATTERNS.items()}
_SPACING = re.compile(r"[\s.\-]")


def is_well_formed(number: str) -> bool:
    """Whether `number` fits its country's pattern; spaces, dots and hyphens do not count, nor does the case.

    A number without a known country prefix is none.
    """
    plain = _SPACING.sub("", number).upper()
    pattern = _COMPILED.get(plain[:2])
    return pattern is not None and pattern.fullmatch(plain[2:]) is not None
