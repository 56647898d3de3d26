"""The history of the schema. Run by `journal/migrate.py`; `tables.py` is what it leads to."""
