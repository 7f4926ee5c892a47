"""A round: set up, published, extended, ranked, decided on, resolved; and how far its applications are."""
