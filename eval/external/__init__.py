"""Published suites of other people, read in their own formats, for evaluation only.

Nothing here is trained on. Each task becomes a `Row`: what a model is asked, and tests that our sandbox runs. A test framework
that a suite stands on (LuaUnit, busted) is a shim in Luau before the tests, in the tests' environment, out of the answer's reach.
What cannot run under Luau makes its row unsupported, with a reason. It is never counted as failed.
"""
