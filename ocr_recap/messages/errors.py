"""What stops a command: exceptions that say why, and what to do, in Indonesian and English."""

from __future__ import annotations


class BatchError(Exception):
    """A batch that cannot begin or go on; `id` and `en` say why and what to do."""

    def __init__(self, text_id: str, text_en: str) -> None:
        super().__init__(text_en)
        self.id = text_id
        self.en = text_en
