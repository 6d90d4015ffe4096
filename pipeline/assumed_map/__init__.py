"""The map that the company assumes, held against the journeys that customers took.

`alignment` lays each distinct path beside the map at the least cost, `best_map` looks for the map
of as few touchpoints that fits best, `step` puts both into the warehouse.
"""

from pipeline.assumed_map.alignment import Alignments, align
from pipeline.assumed_map.best_map import best_map
from pipeline.assumed_map.step import assumed_map_step

__all__ = ["Alignments", "align", "assumed_map_step", "best_map"]
