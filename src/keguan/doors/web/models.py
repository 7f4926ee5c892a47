"""What the web door itself remembers."""

from __future__ import annotations

from django.db import models


class SignInAttempt(models.Model):
    """One attempt to sign in that has not succeeded (yet). Kept a day, only to slow guessing down."""

    username = models.TextField()
    address = models.TextField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["username", "at"], name="attempt_by_username"),
            models.Index(fields=["address", "at"], name="attempt_by_address"),
        ]

    def __str__(self) -> str:
        return f"{self.username} {self.at}"
