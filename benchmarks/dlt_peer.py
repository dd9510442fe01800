"""The peer of `capture_vs_dlt`: dlt reads the products of a WooCommerce shop into DuckDB, in an environment of its own.

`python dlt_peer.py ADDRESS KEY SECRET FOLDER`, with the shop's certificate in `REQUESTS_CA_BUNDLE`; imports nothing of
the product.
"""

import json
import resource
import sys
import time
from pathlib import Path


def main(address, key, secret, folder):
    """Read all pages, load them, and print what it took as one JSON line."""
    import dlt
    import duckdb
    from dlt.sources.rest_api import rest_api_source

    begun = time.perf_counter()
    config = {
        "client": {
            "base_url": address,
            "auth": {"type": "http_basic", "username": key, "password": secret},
            "paginator": "header_link",
        },
        "resource_defaults": {"write_disposition": "replace"},
        "resources": [{"name": "products", "endpoint": {"path": "products", "params": {"per_page": 100}}}],
    }
    file = Path(folder) / "peer.duckdb"
    pipeline = dlt.pipeline(
        pipeline_name="peer", pipelines_dir=str(Path(folder) / "pipelines"), dataset_name="shop",
        destination=dlt.destinations.duckdb(str(file)),
    )  # fmt: skip
    pipeline.run(rest_api_source(config, parallelized=True))
    seconds = time.perf_counter() - begun
    with duckdb.connect(str(file), read_only=True) as con:
        records = con.execute("SELECT count(*) FROM shop.products").fetchall()[0][0]
    # dlt normalises in processes of its own: the greatest of them stands beside the main one.
    peak = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    print(json.dumps({"records": records, "seconds": seconds, "peak_mib": peak}))


if __name__ == "__main__":
    main(*sys.argv[1:])
