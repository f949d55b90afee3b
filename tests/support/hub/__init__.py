"""A stand-in for the Hugging Face Hub, for tests that run the real clients over HTTP."""
