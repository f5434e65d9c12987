"""Rotas for tests."""

from datetime import date, time

from monitoring.models import Rota, RotaLayer, RotaTurn


def rota(organization, *people, **more):
    """One in which these people take weekly turns, since long ago; nobody is in the gap without any."""
    made = Rota.objects.create(organization=organization, name=more.pop("name", "Nights"), **more)
    layer = RotaLayer.objects.create(rota=made, name="All", starts_on=date(2020, 1, 6), handover=time(9))
    for order, person in enumerate(people):
        RotaTurn.objects.create(layer=layer, person=person, order=order)
    return made
