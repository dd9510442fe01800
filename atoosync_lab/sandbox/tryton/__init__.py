"""A real Tryton server as the sandbox's second ERP: installed, set up and run as a program of its own.

    from atoosync_lab.sandbox.tryton import template

    with template.start(state_folder, "demo") as server:
        server.url, server.database, server.login, server.password, server.sqlite_path

Nothing of Tryton is imported here: its licence is the GPL, and it is spoken to over JSON-RPC alone.
"""
