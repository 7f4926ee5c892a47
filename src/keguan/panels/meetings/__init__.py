"""Meetings of panels and committees: agenda, presence, recusals, secret ballots, minutes, defence sessions."""
