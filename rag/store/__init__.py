"""Where articles are kept: `ledger` (SQLite, the truth), `vectors` (Chroma), `words` (Tantivy), and `library`, the one
class outsiders use."""
