"""How an article gets in: source → read → recognise → split → (rag) embed and write."""
