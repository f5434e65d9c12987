"""The words of inspections."""

from django.utils.translation import gettext_lazy as _

from monitoring.domain.checklists import Verdict
from stations.views.wording import Text, Word

VERDICTS = {
    Verdict.PASSED: Word(_("Passed"), "check", "available"),
    Verdict.FAILED: Word(_("Failed"), "x", "faulted"),
    Verdict.NOT_APPLICABLE: Word(_("Does not apply"), "minus", "unavailable"),
    Verdict.NOTED: Word(_("Noted"), "note", "reserved"),
    Verdict.SKIPPED: Word(_("Left out"), "minus", "unknown"),
}
ANSWERS: dict[str, Text] = {"yes": _("Yes"), "no": _("No"), "na": _("Does not apply")}


def texts() -> dict[str, Text]:
    """What the page's script says."""
    return {
        "choose": _("What is inspected?"),
        "none": _("There is no checklist yet."),
        "kept": _("Kept on this device."),
        "not_kept": _("This device cannot keep it, its storage may be full: do not close the page."),
        "offline_unkept": _("There is no connection either. Make room on the device, or finish where there is one."),
        "other_tab": _("This inspection is open in another tab. Go on there, or close that one to go on here."),
        "finished": _("Finished. It is sent as soon as there is a connection."),
        "sent": _("Sent."),
        "waits": _("waits for a connection"),
        "offline": _("No connection: it is kept here and sent later."),
        "sign_in": _("Sign in again, and it will be sent."),
        "refused": _("It was not accepted."),
        "correct": _("Correct it"),
        "yes": _("Yes"),
        "no": _("No"),
        "na": _("Does not apply"),
        "optional": _("(optional)"),
        "note": _("What else there is to say"),
        "signature": _("Signature"),
        "signed_name": _("Name of who signs"),
        "clear": _("Clear"),
        "take": _("Take the photo"),
        "add_photo": _("Add a photo"),
        "photo_of": _("Photo:"),
        "remove": _("Remove"),
        "finish": _("Finish"),
        "discard": _("Throw it away"),
        "sure": _("Really throw it away?"),
        "lacks": _("“%item” has no answer yet."),
    }
