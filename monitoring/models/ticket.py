"""Tickets: what drivers report, what they were told, and what the charger was like when they did."""

from datetime import datetime

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Ticket(models.Model):
    """A driver's report, and all that is said and done about it."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        WAITING = "waiting", _("Waiting for the driver")
        RESOLVED = "resolved", _("Resolved")
        CLOSED = "closed", _("Closed")

    class Source(models.TextChoices):
        """By which way it came."""

        QR = "qr", _("QR code")
        SESSION = "session", _("Session page")
        FORM = "form", _("Form")
        EMAIL = "email", _("Email")
        PHONE = "phone", _("Phone call")
        CONSOLE = "console", _("Console")

    class Category(models.TextChoices):
        START = "start", _("Charging does not start")
        STOP = "stop", _("Charging stopped early or is slow")
        PLUG = "plug", _("Plug or cable")
        PAYMENT = "payment", _("Price or payment")
        ACCESS = "access", _("Card or app")
        SITE = "site", _("The place")
        DAMAGE = "damage", _("Damage or danger")
        QUESTION = "question", _("Question")
        OTHER = "other", _("Something else")

    class Priority(models.IntegerChoices):
        URGENT = 1, _("Urgent")
        HIGH = 2, _("High")
        NORMAL = 3, _("Normal")
        LOW = 4, _("Low")

    organization = models.ForeignKey("drivers.Organization", on_delete=models.CASCADE, related_name="tickets")
    reference = models.CharField(max_length=12, unique=True, help_text="Short, for letters and phone calls.")
    # Of the driver's own page: found by the hash, put into letters from what is sealed.
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    sealed_token = models.BinaryField(editable=False)
    key = models.CharField(max_length=120, blank=True, editable=False, help_text="Once for one report.")
    subject = models.CharField(max_length=200)
    site = models.ForeignKey("stations.Site", on_delete=models.SET_NULL, null=True, blank=True, related_name="tickets")
    station = models.ForeignKey(
        "stations.Station", on_delete=models.SET_NULL, null=True, blank=True, related_name="tickets"
    )
    evse = models.ForeignKey("stations.Evse", on_delete=models.SET_NULL, null=True, blank=True, related_name="tickets")
    session = models.ForeignKey(
        "stations.Session", on_delete=models.SET_NULL, null=True, blank=True, related_name="tickets"
    )
    driver = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="tickets")
    contact_name = models.CharField(max_length=120, blank=True)
    contact_email = models.EmailField(max_length=254, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    language = models.CharField(max_length=8, blank=True, help_text="Of letters to the driver; blank: not known.")
    source = models.CharField(max_length=8, choices=Source)
    category = models.CharField(max_length=8, choices=Category, default=Category.OTHER)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    priority = models.PositiveSmallIntegerField(choices=Priority, default=Priority.NORMAL)
    assigned_to = models.ForeignKey(
        "drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="assigned_tickets"
    )
    incident = models.ForeignKey(
        "monitoring.Incident", on_delete=models.SET_NULL, null=True, blank=True, related_name="tickets"
    )
    # When its driver was told that the incident is over.
    incident_told_at = models.DateTimeField(null=True, blank=True, editable=False)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(
        "drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", help_text="Staff, if any."
    )
    # Clocks (monitoring.domain.sla): seconds of support hours. Due times are null while nothing is waited for.
    first_answer_target_s = models.PositiveIntegerField()
    first_answer_due_at = models.DateTimeField(null=True, blank=True)
    first_answered_at = models.DateTimeField(null=True, blank=True)
    first_answer_s = models.PositiveIntegerField(null=True, blank=True, help_text="What the first answer took.")
    resolution_target_s = models.PositiveIntegerField()
    resolution_due_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    spent_s = models.PositiveIntegerField(default=0, help_text="What was spent before `running_since`.")
    running_since = models.DateTimeField(null=True, blank=True, help_text="Null while it waits or is resolved.")
    reopened = models.PositiveSmallIntegerField(default=0, help_text="How often.")
    # When somebody is to be warned, and whether they were.
    warn_at = models.DateTimeField(null=True, blank=True, editable=False)
    first_answer_warned_at = models.DateTimeField(null=True, blank=True, editable=False)
    resolution_warned_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "key"], condition=~models.Q(key=""), name="ticket_once")
        ]
        indexes = [
            models.Index(fields=["organization", "-opened_at"], name="ticket_opened"),
            models.Index(
                fields=["priority", "-id"], condition=models.Q(state__in=["open", "waiting"]), name="ticket_open"
            ),
            models.Index(fields=["warn_at"], condition=models.Q(warn_at__isnull=False), name="ticket_warn"),
            models.Index(fields=["resolved_at"], condition=models.Q(state="resolved"), name="ticket_resolved"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.state in (self.State.OPEN, self.State.WAITING)

    @property
    def email(self) -> str:
        """Where letters go; empty: nowhere."""
        return self.contact_email or (self.driver.email if self.driver else "")

    @property
    def contact(self) -> str:
        """Whom one speaks with."""
        return self.contact_name or (str(self.driver) if self.driver else "") or self.email or self.contact_phone

    def is_overdue(self, now: datetime) -> bool:
        """Whether an answer or a solution should have been there."""
        dues = (self.first_answer_due_at, self.resolution_due_at)
        return self.is_open and any(due is not None and due < now for due in dues)


class TicketMessage(models.Model):
    """One thing that was said. Rows are only ever added; a letter that is to leave is one with a state."""

    class Author(models.TextChoices):
        DRIVER = "driver", _("Driver")
        STAFF = "staff", _("Support")
        SYSTEM = "system", "Busbar"

    class Letter(models.TextChoices):
        NONE = "", _("No letter")
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Given up")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    author = models.CharField(max_length=8, choices=Author)
    by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    is_internal = models.BooleanField(default=False, help_text="For staff alone.")
    body = models.TextField(max_length=10_000, help_text="A person's words; of the system for staff, in English.")
    quoted = models.TextField(
        blank=True,
        default="",
        db_default="",
        help_text="What stood below it in the email: earlier letters, a signature.",
    )
    at = models.DateTimeField()
    # Of the email it came by, or leaves as.
    message_id = models.CharField(max_length=255, blank=True)
    letter = models.CharField(max_length=8, choices=Letter, default=Letter.NONE, blank=True)
    letter_due_at = models.DateTimeField(null=True, blank=True)
    letter_attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=300, blank=True, help_text="Why the letter has not left, in English.")

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "message_id"], condition=~models.Q(message_id=""), name="ticketmessage_once"
            )
        ]
        indexes = [
            models.Index(fields=["ticket", "at"], name="ticketmessage_order"),
            models.Index(
                fields=["letter_due_at"], condition=models.Q(letter_due_at__isnull=False), name="ticketmessage_letter"
            ),
            models.Index(fields=["message_id"], condition=~models.Q(message_id=""), name="ticketmessage_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.author}"


class TicketAttachment(models.Model):
    """A picture or a document that came with a message; files as monitoring.services.evidence keeps them."""

    message = models.ForeignKey(TicketMessage, on_delete=models.CASCADE, related_name="attachments")
    file = models.CharField(max_length=200)
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=40)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class TicketSnapshot(models.Model):
    """What the charger was like when the ticket was opened: monitoring.domain.snapshots says what is in it."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="snapshot")
    taken_at = models.DateTimeField()
    data = models.JSONField()

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.taken_at:%Y-%m-%d %H:%M}"


class RefundRequest(models.Model):
    """Support asks for money to be given back; somebody else decides, billing pays."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        APPROVED = "approved", _("Approved")
        DECLINED = "declined", _("Declined")
        PAID = "paid", _("Paid")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="refunds")
    session = models.ForeignKey(
        "stations.Session", on_delete=models.SET_NULL, null=True, blank=True, related_name="refunds"
    )
    amount_minor = models.BigIntegerField(validators=[MinValueValidator(1)])
    currency = models.CharField(max_length=3)
    reason = models.TextField(max_length=1000)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_note = models.CharField(max_length=300, blank=True)
    paid_by = models.ForeignKey("drivers.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(state="requested"), name="refundrequest_one_undecided"
            ),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="refundrequest_positive"),
        ]
        indexes = [
            models.Index(fields=["-id"], condition=models.Q(state="requested"), name="refundrequest_undecided"),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} {self.currency}"
