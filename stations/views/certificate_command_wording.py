"""How the commands around certificates are offered."""

from django.utils.translation import gettext_lazy as _

from stations.domain.commands import CommandKind as Kind
from stations.views.command_text import CommandText, Group

CERTIFICATES: dict[Kind, CommandText] = {
    Kind.RENEW_CERTIFICATE: CommandText(
        Group.SECURITY,
        _("Renew a certificate"),
        "reset",
        _("Renew"),
        _("The station makes a new key and asks for a certificate, which is signed and sent to it."),
    ),
    Kind.SEND_CERTIFICATE: CommandText(
        Group.SECURITY,
        _("Send a certificate again"),
        "send",
        _("Send"),
        _("Sends a certificate that was issued to the station once more."),
    ),
    Kind.INSTALL_CERTIFICATE: CommandText(
        Group.SECURITY,
        _("Install a root certificate"),
        "download",
        _("Install"),
        _("The station trusts whom this certificate vouches for."),
        _("A wrong one can cut the station off, or have it trust somebody it should not."),
    ),
    Kind.DELETE_CERTIFICATE: CommandText(
        Group.SECURITY,
        _("Delete a root certificate"),
        "erase",
        _("Delete"),
        _("The station no longer trusts whom this certificate vouches for."),
        _("Without the root that vouches for this network it cannot connect securely any more."),
    ),
    Kind.GET_INSTALLED_CERTIFICATES: CommandText(
        Group.SECURITY,
        _("List installed certificates"),
        "list",
        _("List"),
        _("Asks the station which certificates it holds. The answer stands under “Security”."),
    ),
}
