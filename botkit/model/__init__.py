"""The model: frozen values that all other parts share, and how they are stored."""
