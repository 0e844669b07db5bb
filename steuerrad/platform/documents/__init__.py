"""One document model, three renderings: HTML fragment, DOCX, tagged PDF.

Build a :class:`~steuerrad.platform.documents.model.Document`, then ask ``html.html_fragment``,
``word.docx_bytes`` or ``pdf.pdf_bytes`` for it. No Django here.
"""
