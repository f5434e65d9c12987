"""Amounts between minor units, as we keep them, and the decimals that go over the wire."""

from decimal import Decimal

# ISO 4217: currencies whose smallest unit is not a hundredth.
_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW"), 0),
    **dict.fromkeys(("PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def major(amount_minor: int, currency: str) -> Decimal:
    """The amount in whole units, such as 12.34 for 1234 of EUR; a currency left out has hundredths."""
    return Decimal(amount_minor).scaleb(-_DECIMALS.get(currency, 2))
