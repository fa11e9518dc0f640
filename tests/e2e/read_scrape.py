"""Reads a scrape from standard input with prometheus_client and prints its series as a JSON list.

The argument names the format: text, openmetrics, gzip-text or gzip-openmetrics. A compressed body must be one single
gzip member with nothing after it, which is what most readers expect.
"""

import json
import sys
import zlib

from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_text

form = sys.argv[1]
body = sys.stdin.buffer.read()
if form.startswith("gzip-"):
    form = form.removeprefix("gzip-")
    member = zlib.decompressobj(wbits=31)
    body = member.decompress(body) + member.flush()
    assert member.eof, "the gzip member is not complete"
    assert not member.unused_data, "there is something after the first gzip member"

families = list({"text": read_text, "openmetrics": read_openmetrics}[form](body.decode()))
names = [family.name for family in families]
assert len(names) == len(set(names)), "a family appears twice"

series = []
for family in families:
    assert family.documentation, f"{family.name} has no help"
    for sample in family.samples:
        labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
        series.append(f"{sample.name}{{{labels}}}")
assert len(series) == len(set(series)), "a series appears twice"
json.dump(series, sys.stdout)
