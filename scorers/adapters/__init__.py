"""The scorers as rewards and metrics of other trainers and evaluation frameworks, one module each (`docs/adapters.md`).

None of the frameworks is a dependency, and `scorers` imports no module of this package.
"""
