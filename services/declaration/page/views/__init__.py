"""The views of the page, one module each, with a template of the same name; `app` includes the router of every one."""
