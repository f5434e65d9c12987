"""How long drivers wait for our word on their id token, from the wire to the day's figures."""

from monitoring.models import Attempt, SuccessDay
from monitoring.services import attempts, success
from stations.models import Frame, Session


async def test_the_time_to_authorize_is_that_of_the_first_message_with_the_token(charger, database):
    async with charger:
        await charger.boot()
        await charger.plug_in(1)
        await charger.authorize("CARD-1")
        await charger.start(1, "CARD-1")
        await charger.meter(1, seconds=600)
        await charger.stop(1)
        await charger.unplug(1)
        await database.until(lambda: Frame.objects.filter(action="Authorize").count() == 2, "the frames are written")

    def take():
        attempts.of_sessions(list(Session.objects.select_related("station__site", "connector")))
        success.sweep()
        asked, answered = Frame.objects.filter(action="Authorize").order_by("id")
        return Attempt.objects.get().authorize_s, (answered.at - asked.at).total_seconds()

    authorize_s, between = await database(take)
    assert authorize_s == between
    day = await database(SuccessDay.objects.get)
    assert sum(getattr(day, name) for name in SuccessDay.AUTHORIZED) == 1
