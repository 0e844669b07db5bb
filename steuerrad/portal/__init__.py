"""What the visitor sees first: home with the wheel, navigation, search. Shows what the registry holds."""
