"""Passages → draft sentences. `extract` quotes; it needs no LLM."""
