"""Times Apache Otava on a series: time_otava.py CHECKOUT SERIES.csv. Needs python3-numpy and python3-scipy.

Prints its points and one line "RESULT {json}": the median of five runs of its own default settings, reading not counted.
"""
import csv
import json
import statistics
import sys
import time

sys.path.insert(0, sys.argv[1])
from otava.analysis import compute_change_points  # noqa: E402

with open(sys.argv[2], newline="") as file:
    values = [float(row["value"]) for row in csv.DictReader(file)]
seconds = []
for _ in range(5):
    begin = time.perf_counter()
    points, _ = compute_change_points(values, window_len=50, max_pvalue=0.001, min_magnitude=0.0)
    seconds.append(time.perf_counter() - begin)
found = [int(point.index) for point in points]
median = statistics.median(seconds)
print(f"Otava: {len(values)} values in {1000 * median:.0f} ms (median of {len(seconds)}), points {found}")
print("RESULT", json.dumps({"seconds": median, "points": found}))
