"""Certificates that outlive their case; a holder has at most one valid certificate per register."""
