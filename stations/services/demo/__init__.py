"""The demo network that a fresh installation shows: invented places, real behaviour."""
