"""Parties 人员: people, their accounts, the duties they hold and their near relations."""
