"""The derived index: generations, postings on disk, the text engine and the Kuzu graph."""
