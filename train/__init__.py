"""How the small local models were made. Not needed at run time."""
