from __future__ import annotations

from django.urls import path

from keguan.registers.funds import deeds, pages

urlpatterns = [
    path("payments/", pages.payments, name="payments"),
    path("payments/<int:pk>/", pages.payment, name="payment"),
    path("payments/<int:pk>/paid/", deeds.payment_paid, name="payment_paid"),
]
