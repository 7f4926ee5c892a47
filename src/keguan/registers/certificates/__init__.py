"""Certificates that outlive their case: number, holder, first and last day, at most one valid per holder and register."""
