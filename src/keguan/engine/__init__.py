"""What happens next. Pure decisions over plain values: no clock, no database, no surprise."""
