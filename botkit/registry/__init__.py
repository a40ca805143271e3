"""The registry: what plugins and connectors bring, found, checked, and run within walls."""
