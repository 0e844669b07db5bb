"""What the tests need from the machine; standard library only, ./dev uses it before anything is installed."""
