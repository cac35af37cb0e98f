"""Transcripts: reading, searching and the dream."""
