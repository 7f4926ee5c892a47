from __future__ import annotations

from django.urls import path

from keguan.registers.funds import deeds, fee_pages, pages

urlpatterns = [
    path("payments/", pages.payments, name="payments"),
    path("payments/<int:pk>/", pages.payment, name="payment"),
    path("payments/<int:pk>/paid/", deeds.payment_paid, name="payment_paid"),
    path("payments/<int:pk>/take-back/", deeds.payment_take_back, name="payment_take_back"),
    path("review-fees/", fee_pages.review_fees, name="review_fees"),
    path("review-fees/hand/", fee_pages.review_fees_hand, name="review_fees_hand"),
]
