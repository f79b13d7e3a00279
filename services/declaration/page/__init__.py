"""The page: what people see of the hub, in Dutch, made on the server.

It is a client of the two HTTP APIs and of nothing else: what a party may not read there, it cannot see here. `app` puts
it together, `bezoek` is one visit (who, what it asks of the APIs, how it is shown), `aanmelden` logs in and out,
`weergave` turns values into words, `charts` makes the specifications that static/grafiek.js draws. A view is a module
of `views` with a template of the same name; it works without JavaScript, htmx only spares a reload.
"""
