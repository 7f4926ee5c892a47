"""Organisations 单位: who they are, what they were called, whom they stand under, and where they are."""
