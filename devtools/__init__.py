"""What ./dev is made of: Python standard library only, because it runs before anything is installed."""
