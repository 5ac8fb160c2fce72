"""Another process on a ledger: `python -m tests.judges.ledger_worker FILE MODE ...`. It prints what it knows to be stored."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from judges.budget import BudgetReached, Limits
from judges.ledger import Answered, Attempt, Held, Ledger
from tests.judges.ledger_calls import billed, context, prepared, reply

_speaking = threading.Lock()


def say(*words: object) -> None:
    with _speaking:
        print(*words, flush=True)


def work_for_ever(ledger: Ledger, threads: int) -> None:
    """All keys from 0 up, each paid unless it is answered. Ends by being killed."""
    numbers = iter(range(10**9))

    def worker() -> None:
        while True:
            with _speaking:
                number = next(numbers)
            begun = ledger.begin(prepared(number), context(number), Limits()).result()
            if isinstance(begun, Attempt):
                ledger.answered(begun, reply(number), billed(300)).result()
                say("paid", number)
            else:
                assert isinstance(begun, Answered), begun

    for _ in range(threads):
        threading.Thread(target=worker).start()


def spend_all(ledger: Ledger, name: str, limits: Limits) -> None:
    """Calls of many sizes until no more fit, from sixteen threads. Every fifth costs its worst case, every seventh is lost."""

    def worker(thread: int) -> int:
        total = 0
        for number in range(10**6):
            worst = 50 + (thread * 37 + number * 11) % 200
            try:
                begun = ledger.begin(prepared(f"{name}-{thread}-{number}", worst), context(), limits).result()
            except BudgetReached as reached:
                if reached.may_fit_later:
                    continue
                return total
            assert isinstance(begun, Attempt)
            pico = worst if number % 5 == 0 else worst // 3
            ledger.answered(begun, reply(number), billed(None if number % 7 == 0 else pico)).result()
            total += worst if number % 7 == 0 else pico
        return total

    with ThreadPoolExecutor(16) as pool:
        say("spent", sum(pool.map(worker, range(16))))


def share(ledger: Ledger, count: int) -> None:
    """The same keys as everybody else, each until it is answered."""
    paid = 0
    for number in range(count):
        begun = ledger.begin(prepared(number), context(number), Limits()).result()
        while isinstance(begun, Held):
            begun = ledger.begin(prepared(number), context(number), Limits()).result()
        if isinstance(begun, Attempt):
            ledger.answered(begun, reply(number), billed(300)).result()
            paid += 1
    say("paid", paid)


def begin_and_hold(ledger: Ledger, names: list[str]) -> None:
    for name in names:
        say(type(ledger.begin(prepared(name), context(name), Limits()).result()).__name__)
    sys.stdin.read()


def main() -> None:
    path, mode, *rest = sys.argv[1:]
    if mode == "for-ever":
        work_for_ever(Ledger.open(Path(path)), int(rest[0]))
        return
    with Ledger.open(Path(path)) as ledger:
        say("open")
        sys.stdin.readline()
        if mode == "spend":
            spend_all(ledger, rest[0], Limits(round_usd=float(rest[1]), day_calls=int(rest[2])))
        elif mode == "share":
            share(ledger, int(rest[0]))
        elif mode == "hold":
            begin_and_hold(ledger, rest)


if __name__ == "__main__":
    main()
