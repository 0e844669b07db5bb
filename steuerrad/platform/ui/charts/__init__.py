"""Charts drawn on the server: one specification gives an accessible SVG picture and the table beside it.

Pure Python. A picture needs no script and no style sheet: presentation attributes carry it into print and PDF,
classes let the style sheet recolour it on screen.
"""
