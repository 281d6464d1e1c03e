"""Layout, components, formatting and vendored assets: what every page looks like and how it behaves.

`ui` knows no room. Rooms extend `ui/page.html`, hand frozen values (`ui.components`) to the tags of `{% load ui %}`,
and register menu entries (`ui.navigation`) and panels (`ui.slots`) in their `AppConfig.ready`. See README.md here.
"""
