"""Tables -> words, figures, page: the only room that draws and rounds.

Every function returns text or bytes; writing them to disk is `store`'s. The page is one file that loads nothing.
"""
