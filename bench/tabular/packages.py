# SPDX-License-Identifier: Apache-2.0
"""Data sets out of Debian's packages of R, without R: the package is fetched and unpacked, not installed."""

import bz2
import lzma
import pathlib
import struct
import subprocess
import tempfile
import warnings
import zlib

import rdata


def unpacked(package, folder):
    """The folder of the unpacked package; fetches it if it is not there."""
    target = folder / package
    if target.exists():
        return target
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as temporary:
        temporary = pathlib.Path(temporary)
        temporary.chmod(0o755)  # apt's own user writes into it
        fetched = subprocess.run(["apt-get", "download", "-qq", package], cwd=temporary, capture_output=True, text=True,
                                 check=False)
        if fetched.returncode != 0:
            raise RuntimeError(f"apt-get could not fetch {package}; is 'apt-get update' done? {fetched.stderr.strip()}")
        archive = next(temporary.glob("*.deb"))
        subprocess.run(["dpkg", "-x", archive, temporary / "root"], check=True)
        (temporary / "root").rename(target)
    return target


def parsed(data, extension):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of classes that it reads as plain lists
        return rdata.conversion.convert(rdata.parser.parse_data(data, extension=extension))


def inflated(piece, way):
    """An object of a database: four bytes of size, highest first; then, unless all are zlib's, a letter for how it is
    packed (R Internals, 1.8; memCompress in R's manual)."""
    size = struct.unpack(">I", piece[:4])[0]
    if way == 1:
        data = zlib.decompress(piece[4:])
    else:
        data = {b"2": bz2.decompress, b"0": bytes,
                b"Z": lambda packed: lzma.decompress(packed, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA2}])
                }[piece[4:5]](piece[5:])
    if len(data) != size:
        raise ValueError(f"an object of {len(data)} bytes, expected {size}")
    return data


def r_object(root, name):
    """The object of this name among the data of an unpacked package: from NAME.rda, or from its database of objects
    (Rdata.rdx says where in Rdata.rdb each lies, and how long it is)."""
    for file in root.glob(f"usr/lib/R/*/*/data/{name}.rda"):
        return parsed(file.read_bytes(), ".rda")[name]
    for index_file in root.glob("usr/lib/R/*/*/data/Rdata.rdx"):
        index = parsed(index_file.read_bytes(), ".rds")
        if name in index["variables"]:
            begin, length = (int(number) for number in index["variables"][name])
            with index_file.with_suffix(".rdb").open("rb") as file:
                file.seek(begin)
                piece = file.read(length)
            return parsed(inflated(piece, int(index["compressed"][0])), ".rds")
    raise KeyError(f"{root.name} has no data set {name}")
