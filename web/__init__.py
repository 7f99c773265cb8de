"""The page and the services on its port: layout, wiring and the guard in front. Every word shown comes from `rag`.

`server` puts together `page` (a file per tab), `services` (Gradio's API and MCP), `completions` (OpenAI-compatible) and `guard`.
"""
