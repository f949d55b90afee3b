"""The Hugging Face Hub, as pushing sees it."""
