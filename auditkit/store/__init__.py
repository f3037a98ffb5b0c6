"""What was asked and what was answered: snapshots, questions, answers, blobs, asset ids given before."""

from auditkit.store.blobs import Blobs, Cipher, NoCipher
from auditkit.store.facts import packed, unpacked
from auditkit.store.records import Answer, Carried, SnapshotInfo, TargetInfo, Told
from auditkit.store.store import Store

__all__ = ["Answer", "Blobs", "Carried", "Cipher", "NoCipher", "SnapshotInfo", "Store", "TargetInfo", "Told", "packed", "unpacked"]
