"""Stands before a package that only the tool for the list of parts brings, and no operator has.

jsonschema, which altair imports, takes it where it is: compiling its grammars is a fifth of the
start of every server and of every worker of the tests, and no schema here speaks of an IRI.
"""

raise ImportError(__doc__)
