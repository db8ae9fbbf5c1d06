"""Amounts -> means -> effects -> shares -> genes, checks and the facts of the verdict.

Everything here is a pure function of tables or arrays; n counts donors, never wells. Numeric functions take arrays with
donors on the last axis, so that thousands of simulated experiments run at once.
"""
