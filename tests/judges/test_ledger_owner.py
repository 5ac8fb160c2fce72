"""Who holds a lease."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest

from judges.ledger.owner import Owner, _start_ps, process_start


def test_this_process_lives_and_each_opening_is_its_own() -> None:
    one, two = Owner.me(), Owner.me()
    assert one.lives()
    assert one != two
    assert Owner.parse(str(one)) == one


def test_the_number_alone_is_nobody() -> None:
    me = Owner.me()
    assert not replace(me, start=me.start + "0").lives()
    assert not replace(me, boot="another").lives()


def test_another_process_lives_until_it_ends() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        start = process_start(process.pid)
        assert start is not None
        owner = replace(Owner.me(), pid=process.pid, start=start)
        assert owner.lives()
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert not owner.lives()
    assert not owner.lives()


@pytest.mark.skipif(shutil.which("ps") is None, reason="there is no ps")
def test_the_start_by_ps() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        start = _start_ps(process.pid)
        assert start is not None
        assert start == _start_ps(process.pid)
        assert "|" not in start
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert _start_ps(process.pid) is None
    assert _start_ps(process.pid) is None
