# SPDX-License-Identifier: Apache-2.0
"""The peer's side of the conversation that README.md describes, as conversation.h for peers in Python."""

import resource
import sys
import time


def clock(threads):
    """../stopwatch.h: the process's own time on one thread, else the clock on the wall."""
    return time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID if threads == 1 else time.CLOCK_MONOTONIC)


def timing_of(threads, work):
    """Seconds that work() takes, and how often the system took a processor away meanwhile."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw
    begin = clock(threads)
    work()
    seconds = clock(threads) - begin
    return seconds, resource.getrusage(resource.RUSAGE_SELF).ru_nivcsw - before


def repeat(step, repetitions):
    for _ in range(repetitions):
        step()


def converse(name, threads, preparations, answers=None):
    """Answers until the other side closes. preparations: by the first word of a request, a function from the words
    after it to what one repetition does, or to None for what the peer cannot do; answers: to the answer itself."""
    print(name, flush=True)
    step = None
    for line in sys.stdin:
        word, *words = line.split()
        if word == "run":
            repetitions = int(words[0])
            repeat(step, repetitions // 4 + 1)
            seconds, interruptions = timing_of(threads, lambda: repeat(step, repetitions))
            answer = f"{seconds:.9g} {interruptions}"
        elif word in preparations:
            step = preparations[word](*words)
            answer = "no" if step is None else "ok"
        elif answers and word in answers:
            answer = answers[word](*words)
        else:
            answer = "no"
        print(answer, flush=True)


def sizes_of(text):
    """784,128,10"""
    return [int(number) for number in text.split(",")]
