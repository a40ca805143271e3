"""Language models: their prompts, and who asks them."""
