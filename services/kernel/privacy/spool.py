"""The body of a message while it comes in: in memory while it is small, and on disk encrypted, for as long as it lasts.

The file has no name, but the disk keeps its bytes after it is gone. Its key is in the memory of this process alone.
"""

import io
import secrets
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR

_BLOK: Final = 16


class Spool(io.RawIOBase):
    """Written from begin to end, then read from anywhere. Above `max_size` bytes it goes on in an encrypted file.

    Counter mode lets a reader begin anywhere. That nobody changes the bytes is not its concern: no other process can
    open the file, and the hash of the message is taken before it is written.
    """

    def __init__(self, max_size: int) -> None:
        super().__init__()
        self._max_size = max_size
        self._memory: io.BytesIO | None = io.BytesIO()
        self._file: BinaryIO | None = None
        self._key, self._nonce = secrets.token_bytes(32), secrets.token_bytes(_BLOK)

    @property
    def op_schijf(self) -> bool:
        return self._file is not None

    def readable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if self._memory is not None and self._memory.tell() + len(data) > self._max_size:
            self._to_disk(self._memory)
        if self._memory is not None:
            return self._memory.write(data)
        return self._on_disk.write(self._crypt(self._on_disk.tell(), data))

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._memory is not None:
            return self._memory.readinto(buffer)
        at = self._on_disk.tell()
        found = self._crypt(at, self._on_disk.read(len(buffer)))
        buffer[: len(found)] = found
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return (self._memory or self._on_disk).seek(offset, whence)

    def tell(self) -> int:
        return (self._memory or self._on_disk).tell()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()

    @property
    def _on_disk(self) -> BinaryIO:
        if self._file is None:
            raise ValueError("nothing was written to disk")
        return self._file

    def _to_disk(self, memory: io.BytesIO) -> None:
        at = memory.tell()
        self._file = TemporaryFile()  # noqa: SIM115 - closed with the spool
        self._file.write(self._crypt(0, memory.getvalue()))
        self._file.seek(at)
        self._memory = None

    def _crypt(self, at: int, data: bytes) -> bytes:
        """To or from what stands on disk at this place: the counter of its block, and the bytes before it left out."""
        block, skip = divmod(at, _BLOK)
        counter = (int.from_bytes(self._nonce) + block) % 2 ** (8 * _BLOK)
        stream = Cipher(AES(self._key), CTR(counter.to_bytes(_BLOK))).encryptor()
        stream.update(bytes(skip))
        return stream.update(data)
