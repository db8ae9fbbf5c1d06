"""Image files that are read, what each needs beside the core, and what each was tried on (decision 0029)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ImageFormat:
    """A kind of image file: its name, the extra that it needs ("": none), and on what reading it was tried."""

    name: str
    extra: str
    evidence: str


FORMATS = (
    ImageFormat("PNG, JPEG", "", "read against files of Pillow and of other writers"),
    ImageFormat("TIFF, BigTIFF, OME-TIFF", "", "read against files of tifffile and Pillow"),
    ImageFormat("further TIFF", "tiff", "JPEG 2000, LERC and further codecs: read against files of tifffile"),
    ImageFormat("whole-slide SVS, NDPI", "wsi", "SVS by files of its kind, NDPI not tried: no real slide seen"),
    ImageFormat("Zeiss CZI", "czi", "read against files of Zeiss's own library"),
    ImageFormat("Nikon ND2", "nd2", "format only, no real file seen"),
    ImageFormat("Leica LIF", "lif", "format only, no real file seen"),
)
