"""Data for the sandboxes: an invented shop with its folder, and one real year of a web shop.

    from atoosync_lab.sandbox.data.load import load

    load("demo", shop_folder, erp_folder)
    load("online-retail", shop_folder, erp_folder, shared=folder_of_the_recordings)

`python -m atoosync_lab.sandbox.data --help` does the same from a terminal.
"""
