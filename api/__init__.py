"""Undersigned: NGO coalitions write joint statements, get them signed, print and send them.

A package by feature, on a ladder: each imports the rungs below it, never one above.

    desk                                         what coordinators work on
    pages                                        what the public, members and sites see
    webhooks connectors deliveries updates       what leaves the house
    mailings                                     the words of letters
    exchange documents                           files in and out; prints
    reviews                                      members and others comment on a text
    signoffs moderation signing signatures       members approve; the public signs
    copies assemblies statements templates portable     texts with a life
    demands cases coalitions organisations       what is asked, for whom, by whom
    texts accounts                               words and looks; people, roles, tokens
    web                                          the HTTP kit
    infra                                        the outside world, in rooms
    errors config

Inside a feature: feature -> routes -> schemas -> jobs -> service -> rules -> events -> models, as
far as it needs them; `feature` says what it adds to the app. `app` and `cli` alone know every part.
A request to read along: `statements.routes`, from there `statements.service`, `.rules` and
`.models`. `docs/architecture.md` has the rest.
"""
