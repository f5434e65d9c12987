"""What is known of a person's sign-in."""

from allauth.mfa.models import Authenticator

from drivers.models import Organization, User

# Recovery codes are no factor of their own: they come with one.
SECOND_FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def has_second_factor(person: User) -> bool:
    """Whether signing in takes more than a password."""
    return bool(Authenticator.objects.filter(user=person, type__in=SECOND_FACTORS).exists())


def organizations_asking(person: User) -> list[Organization]:
    """The person's organizations that ask for a second factor."""
    return list(Organization.objects.filter(memberships__user=person, two_factor_required=True).order_by("name"))


def lacks_second_factor(person: User) -> bool:
    """Whether an organization of the person asks for a second factor and there is none: then its console is closed to
    them, and the API for their browser. A console shows all their organizations at once, so it is closed as a whole."""
    return bool(organizations_asking(person)) and not has_second_factor(person)
