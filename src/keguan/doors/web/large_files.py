"""A file far beyond what anybody keeps costs neither disk nor memory, and what was typed beside it still arrives."""

from __future__ import annotations

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler

from keguan.registers.documents.services import most_bytes
from keguan.registers.imports.sheet import MAX_FILE_BYTES


class LargeFiles(FileUploadHandler):
    """Lets through of each file what shows that it is too large, and drops the rest; stands before those that store."""

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """The piece, or nothing where enough is known of the file."""
        return raw_data if start <= max(most_bytes(), MAX_FILE_BYTES) else None

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """Nothing: those behind this one store the file."""
        return None
