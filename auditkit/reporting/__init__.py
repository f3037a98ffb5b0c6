"""Reports as data, and their renderers: docx, xlsx, html. Sees the assessment and, below it, the model only."""
