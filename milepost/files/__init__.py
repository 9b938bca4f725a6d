"""Files that customers upload into forms: what may come in, where it is kept, how it is checked.

Begin with `kept_files`, the settings of all that; `content` decides by a file's bytes, `places` keeps them.
"""
