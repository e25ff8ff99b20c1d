"""Where speed and memory are measured: `manage.py bench NAME --json`.

Each module here has `run(scale)`, which fills a folder of its own with generated data, measures
something bare in the same run, and returns its figures. Wall time says little on a busy machine;
CPU time is the figure to compare. They read /proc, so they need Linux.
"""
