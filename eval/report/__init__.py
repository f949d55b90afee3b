"""The report on corpora: `metrics.json`, and a page that shows what the numbers mean."""
