"""The yearly memo: facts (data), rules (what they say), texts (how it is said), layout (the document).

``collect.collect`` gathers the facts from the tables, ``rules.statements`` derives what can be said of them,
``layout.memo_document`` makes the document that renders to HTML, DOCX and PDF. Stored drafts, edited wordings
and releases are in ``actions`` and ``queries``.
"""
