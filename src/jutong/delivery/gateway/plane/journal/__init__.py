"""The durable call log: each record is on disk before its answer leaves.

A segment is a text file, one record a line: `number TAB crc32 TAB json`. Line 0 says what the segment is and which seal
came before. A finished segment gets a seal, a small signed JSON file with its digest and the digest of the previous
seal, so that nothing can be changed, cut out or cut off without notice (`verify`).
"""

from jutong.delivery.gateway.plane.journal.journal import Journal
from jutong.delivery.gateway.plane.journal.segments import Seal, segment_path
from jutong.delivery.gateway.plane.journal.verify import Finding, verify_log

__all__ = ["Finding", "Journal", "Seal", "segment_path", "verify_log"]
