"""Public money owed and paid, tranche by tranche, in fen."""
