"""Uploaded files: kept by what they contain, checked before they are kept, handed out only as downloads."""
