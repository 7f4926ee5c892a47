"""What happens to a case of each programme, told step by step: one file a programme."""
