"""From raw frames to a catalogue of stars and galaxies: an observatory's pipeline, written as a plain script.

The skies are real: the Hubble Deep Field (in its three colours) and the globular cluster M13. Both images lie
inside Python packages, so nothing is downloaded. The camera is simulated: it adds an offset (bias), uneven
sensitivity (flat field), cosmic rays and noise, which the pipeline then removes.

    python examples/astronomy_pipeline.py
    pydron run --trace astronomy.pydron examples/astronomy_pipeline.py
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

import pydron

Image = NDArray[np.float32]
Raw = NDArray[np.uint16]
Source = tuple[str, float, float, float]
"""Field, row, column, brightness."""

EXPOSURES = 4
TILE = 220
"""Rows and columns of a tile. Background and sources are worked out tile by tile."""


# --- the observatory ------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Night:
    """What the camera delivers of one field."""

    field: str
    bias_frames: list[Raw]
    flat_frames: list[Raw]
    raw_frames: list[Raw]


def skies() -> dict[str, Image]:
    """The real images, as light per pixel."""
    import skimage.data
    from astropy.io import fits

    hubble = skimage.data.hubble_deep_field()
    found = {
        f"hubble-{name}": hubble[:, :, band] * np.float32(24) for band, name in enumerate(("red", "green", "blue"))
    }
    cluster = files("astropy.io.fits") / "hdu" / "compressed" / "tests" / "data" / "m13.fits"
    with cluster.open("rb") as file, fits.open(file) as hdus:
        found["m13"] = np.asarray(hdus[0].data, dtype=np.float32)
    return found


def observe(field: str, sky: Image, seed: int) -> Night:
    """Photograph a field with the simulated camera; one exposure in four is spoilt by bad seeing."""
    random = np.random.default_rng(seed)
    rows, columns = np.indices(sky.shape, dtype=np.float32)
    centre = (sky.shape[0] / 2, sky.shape[1] / 2)
    sensitivity = 1 - 0.3 * (((rows - centre[0]) / centre[0]) ** 2 + ((columns - centre[1]) / centre[1]) ** 2) / 2
    offset = 300 + 20 * random.standard_normal(sky.shape[1])

    def shot(light: Image) -> Raw:
        exact = offset + sensitivity * light + 6 * random.standard_normal(light.shape)
        rays = random.random(light.shape) < 1e-5
        return np.clip(exact + 20_000 * rays, 0, 65_535).astype(np.uint16)

    raw_frames = [shot(ndimage.gaussian_filter(sky, 3) if number == 2 else sky) for number in range(EXPOSURES)]
    dark, lamp = np.zeros_like(sky), np.full_like(sky, 20_000)
    return Night(field, [shot(dark) for _ in range(5)], [shot(lamp) for _ in range(3)], raw_frames)


# --- the steps: free of side effects ------------------------------------------------------------------------------


@pydron.functional
def master_bias(frames: list[Raw]) -> Image:
    """The camera's offset: what it reads without light."""
    return np.median(frames, axis=0).astype(np.float32)


@pydron.functional
def master_flat(frames: list[Raw], bias: Image) -> Image:
    """The camera's sensitivity, 1 on average."""
    flat = np.median(frames, axis=0).astype(np.float32) - bias
    return flat / flat.mean(dtype=np.float64).astype(np.float32)


@pydron.functional
def calibrate(raw: Raw, bias: Image, flat: Image) -> Image:
    """Remove the camera's signature and the cosmic rays."""
    frame = (raw - bias) / flat
    smooth = ndimage.median_filter(frame, size=5)
    return np.where(frame - smooth > 5_000, smooth, frame).astype(np.float32)


@pydron.functional
def sharpness(frame: Image) -> float:
    """How much detail a frame shows; low when the air was unsteady."""
    fine = frame - ndimage.gaussian_filter(frame, 2)
    coarse = frame - ndimage.gaussian_filter(frame, 8)
    return float(np.percentile(np.abs(fine), 99.5) / np.percentile(np.abs(coarse), 99.5))


@pydron.functional
def combine(frames: list[Image]) -> Image:
    """One deep image from several exposures."""
    return np.mean(frames, axis=0, dtype=np.float32)


@pydron.functional
def background(image: Image, corner: tuple[int, int]) -> tuple[float, float]:
    """Level and scatter of the empty sky in a tile, the stars clipped away."""
    tile = image[corner[0] : corner[0] + TILE, corner[1] : corner[1] + TILE]
    smooth = ndimage.median_filter(tile, size=7)
    values = smooth.ravel()
    for _ in range(8):
        level, scatter = float(np.median(values)), float(values.std(dtype=np.float64))
        values = values[np.abs(values - level) < 2.5 * scatter]
    return level, scatter


@pydron.functional
def extract(image: Image, field: str, corner: tuple[int, int], sky: tuple[float, float]) -> list[Source]:
    """The sources in a tile: each bright pixel belongs to the nearest peak."""
    level, scatter = sky
    tile = image[corner[0] : corner[0] + TILE, corner[1] : corner[1] + TILE] - level
    smooth = ndimage.gaussian_filter(tile, 1.5)
    bright = smooth > 6 * scatter
    peaks, count = ndimage.label(bright & (smooth == ndimage.maximum_filter(smooth, size=7)))
    if count == 0:
        return []
    nearest = ndimage.distance_transform_edt(peaks == 0, return_distances=False, return_indices=True)
    owners = np.where(bright, peaks[tuple(nearest)], 0)
    numbers = np.arange(1, count + 1)
    sizes = ndimage.sum_labels(bright, owners, numbers)
    centres = ndimage.center_of_mass(tile, owners, numbers)
    lights = ndimage.sum_labels(tile, owners, numbers)
    return [
        (field, round(float(corner[0] + row), 2), round(float(corner[1] + column), 2), round(float(light), 1))
        for (row, column), light, size in zip(centres, lights, sizes)
        if size >= 8
    ]


@pydron.functional
def merge(sources: list[Source]) -> list[Source]:
    """A field's sources, brightest first. One that the edge of a tile cuts in two is counted once."""
    ranked = sorted(sources, key=lambda source: -source[3])
    tree = cKDTree([(row, column) for _, row, column, _ in ranked])
    fainter = {max(pair) for pair in tree.query_pairs(2.5)}
    return [source for number, source in enumerate(ranked) if number not in fainter]


# --- the pipeline: ordinary, sequential Python ----------------------------------------------------------------


@pydron.schedule
def pipeline(nights: list[Night], tiles: dict[str, list[tuple[int, int]]]) -> list[Source]:
    """The catalogue of all fields."""
    catalogue: list[Source] = []
    for night in nights:
        bias = master_bias(night.bias_frames)
        flat = master_flat(night.flat_frames, bias)
        frames: list[Image] = []
        for raw in night.raw_frames:
            frame = calibrate(raw, bias, flat)
            if sharpness(frame) > 0.3:
                frames = frames + [frame]
        image = combine(frames)
        sources: list[Source] = []
        for corner in tiles[night.field]:
            sky = background(image, corner)
            sources = sources + extract(image, night.field, corner, sky)
        catalogue = catalogue + merge(sources)
    return catalogue


def prepare() -> tuple[list[Night], dict[str, list[tuple[int, int]]]]:
    """The arguments of the pipeline: a night's frames of each field, and the corners of its tiles."""
    nights, tiles = [], {}
    for seed, (field, sky) in enumerate(skies().items()):
        nights.append(observe(field, sky, seed))
        height, width = sky.shape
        tiles[field] = [(row, column) for row in range(0, height, TILE) for column in range(0, width, TILE)]
    return nights, tiles


def describe(catalogue: list[Source]) -> str:
    """The result in a sentence or two."""
    fields = sorted({source[0] for source in catalogue})
    counts = ", ".join(f"{sum(source[0] == field for source in catalogue)} in {field}" for field in fields)
    field, row, column, light = max(catalogue, key=lambda source: source[3])
    return f"{len(catalogue)} sources: {counts}. Brightest: {field} at ({row:.1f}, {column:.1f}), {light:.0f}."


if __name__ == "__main__":
    print(describe(pipeline(*prepare())))
