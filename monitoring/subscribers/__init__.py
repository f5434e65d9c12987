"""What monitoring does when it hears of a fact. `config.wiring` says which; each may come late, twice, out of order."""
