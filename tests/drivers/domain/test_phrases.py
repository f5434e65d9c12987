"""Phrases of code that knows no language."""

from drivers.domain.phrases import Figure, Phrase


def test_a_phrase_says_what_stands_in_it():
    inner = Phrase("%(hours)d h", hours=2)
    phrase = Phrase("It took %(span)s for %(energy)s kWh", span=inner, energy=Figure(14.2, 2))
    assert str(phrase) == phrase.english == "It took 2 h for 14.20 kWh"


def test_a_phrase_without_values_is_taken_as_it_is():
    assert str(Phrase("100 % of it")) == "100 % of it"


def test_the_same_phrase_with_other_values_is_another():
    assert Phrase("%(n)d", n=1) == Phrase("%(n)d", n=1)
    assert Phrase("%(n)d", n=1) != Phrase("%(n)d", n=2)
