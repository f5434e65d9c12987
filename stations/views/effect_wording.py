"""What a command does to sessions that run, and why a station is told nothing, in words."""

from django.utils.translation import gettext_lazy as _

from stations.domain.bulk import Obstacle
from stations.domain.session_effects import Effect
from stations.views.wording import Text, Word

# What happens to one session; the word's tone says how bad that is.
EFFECTS: dict[Effect, Word] = {
    Effect.CUT_OFF: Word(_("Is cut off"), "alert", "faulted"),
    Effect.ENDS: Word(_("Ends now"), "stop", "faulted"),
    Effect.MAY_END: Word(_("May end"), "question", "occupied"),
    Effect.RESUMED: Word(_("Is interrupted"), "reset", "occupied"),
    Effect.OTHER_POWER: Word(_("Charges on, at another power"), "gauge", "charging"),
    Effect.OTHER_PRICE: Word(_("Charges on, at another price"), "gauge", "charging"),
    Effect.IN_THE_WAY: Word(_("Charges on: the station refuses"), "minus", "occupied"),
    Effect.WAITED_FOR: Word(_("Charges on to its end"), "check", "available"),
    Effect.NONE: Word(_("Is not touched"), "check", "available"),
}
EFFECT_MEANING: dict[Effect, Text] = {
    Effect.CUT_OFF: _(
        "Power goes at once. The station may not be able to say how the session ended: then the last reading counts."
    ),
    Effect.ENDS: _("The session ends properly and at once. What was charged until then is what the driver pays for."),
    Effect.MAY_END: _("The protocol leaves it to the station: expect that the session ends."),
    Effect.RESUMED: _("Charging stops while the station restarts, and goes on in the same session."),
    Effect.OTHER_POWER: _("The session goes on, faster or slower than before."),
    Effect.OTHER_PRICE: _("The session goes on; what it costs from now on changes."),
    Effect.IN_THE_WAY: _("A station of this version refuses while the session runs. Stop the session first."),
    Effect.WAITED_FOR: _("The session goes on as long as its driver likes. The command takes effect after it."),
    Effect.NONE: _("The session goes on as before."),
}

OBSTACLES: dict[Obstacle, Text] = {
    Obstacle.FORBIDDEN: _("Your role does not include this command there."),
    Obstacle.NO_VERSION: _("It has never connected: nobody knows which version it speaks."),
    Obstacle.NO_WORDS: _("Its version has no message for this."),
    Obstacle.NO_VARIABLE: _("None of these variables exists in its version."),
    Obstacle.NOTHING_TO_UNDO: _("There is nothing to take back: it had this before, or nobody knows what it had."),
    Obstacle.NOT_CONNECTED: _("It is not connected, and is not waited for."),
    Obstacle.STOPPED: _("The rest was stopped before this was sent."),
}
