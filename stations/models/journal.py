"""The fact journal: news that travels up to other apps."""

from django.db import models


class Fact(models.Model):
    """Something that happened, written in the transaction in which it happened."""

    kind = models.CharField(max_length=40)
    # The station, session, command, ... the fact is about: its primary key and what it is.
    subject_type = models.CharField(max_length=20)
    subject_id = models.BigIntegerField()
    data = models.JSONField(default=dict)
    at = models.DateTimeField()
    # While a subscriber that cannot wait has not dealt with it.
    is_urgent = models.BooleanField(default=False, db_default=False)
    # When all the others had.
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(settled_at=None), name="fact_unsettled"),
            models.Index(fields=["id"], condition=models.Q(is_urgent=True), name="fact_urgent"),
            models.Index(fields=["settled_at"], name="fact_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_type} {self.subject_id}"


class Delivery(models.Model):
    """One subscriber's dealing with one fact: done, or waiting with its last error."""

    fact = models.ForeignKey(Fact, on_delete=models.CASCADE, related_name="deliveries")
    subscriber = models.CharField(max_length=100)
    done_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    next_attempt_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact", "subscriber"], name="delivery_unique")]

    def __str__(self) -> str:
        return f"{self.subscriber} ← {self.fact_id}"
