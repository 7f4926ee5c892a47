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


class CacheEntry(models.Model):
    """The table of Django's database cache: how often something was tried of late, which one-time codes are used up."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.cache_key
