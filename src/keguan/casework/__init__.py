"""Rounds and cases, lived: where the engine's decisions meet the registers, in one write door."""
