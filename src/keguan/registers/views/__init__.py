"""Lists as somebody wants to meet them again: a name for filters, query, order and columns; one's own or shared."""
