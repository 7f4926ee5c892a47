"""How fast Keguan is: `make bench`. Never a test: figures beside targets and limits, for people to judge."""
