"""What pushing needs of the Hugging Face Hub."""
