# SPDX-License-Identifier: Apache-2.0
"""Prints every tensor of a safetensors file, in the order of its data. Knows nothing of bprop."""
import json
import struct
import sys

raw = open(sys.argv[1], "rb").read()
(length,) = struct.unpack("<Q", raw[:8])
header = json.loads(raw[8 : 8 + length])
data = raw[8 + length :]
header.pop("__metadata__", None)
for name, entry in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
    begin, end = entry["data_offsets"]
    code = {"F32": "f", "F64": "d"}[entry["dtype"]]
    numbers = struct.unpack(f"<{(end - begin) // struct.calcsize(code)}{code}", data[begin:end])
    print(name, entry["shape"], *numbers)
