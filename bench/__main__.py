"""Runs measurements: `make bench` for all, `make bench ARGS="importing"` for one."""

import importlib
import pkgutil
import sys

import bench


def main() -> int:
    """Run the measurements named in the arguments, or all."""
    known = sorted(m.name for m in pkgutil.iter_modules(bench.__path__) if m.name not in {"__main__", "service"})
    chosen = sys.argv[1:] or known
    if unknown := set(chosen) - set(known):
        print(f"There is no measurement named {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
        return 2
    for name in chosen:
        print(f"== {name}", flush=True)
        importlib.import_module(f"bench.{name}").measure()
    return 0


if __name__ == "__main__":
    sys.exit(main())
