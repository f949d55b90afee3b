"""English words that the rules for written language depend on."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = _words("um umm uhm uh uhh er err erm hmm hm mm mhm ah eh")
# These fillers are units after a number ("5 mm", "5 um") and symbols in capitals ("Er").
UNITS = _words("mm um hm ah er eh")
SYMBOLS = _words("mm ah er eh")
# Fillers only where commas set them off.
ASIDES = (("you", "know"), ("i", "mean"), ("like",))

# Nobody says one of these twice in a row on purpose. Not listed: words that may end one clause and
# begin the next ("if we square it, it becomes ..."), "that that", "had had", "is is", "no no",
# "very very", letters and numbers, and nouns ("a carbon carbon bond").
SAID_ONCE = _words(
    "a an the and but or of to in into on with for from as at by than my our your their its his "
    "i he she we they i'm we'll we're we've they're you're it's let's if so because can could "
    "will would should when where which while who what how"
)
# Further words that a repeated phrase may contain: "in this in this", "we have we have".
GRAMMAR = SAID_ONCE | _words(
    "is are was were be have has had do does it this that these those there you me us them not"
)
# Before these a small "i" is a person and not an index.
AFTER_I = _words(
    "am was have had will would can could should think thought know mean want need guess hope "
    "believe see said do did don't didn't can't just really also like love"
)
# After "which", these mark a relative clause ("which is why"), not a question ("which method is").
AFTER_RELATIVE = _words(
    "is isn't was wasn't are aren't were weren't has hasn't have haven't had will won't would can "
    "can't cannot could couldn't may might must should does doesn't do don't did didn't i we you "
    "they he she it i'm i'll i've we'll we're we've you'll you're you've they're they'll it's "
    "it'll also always never then again now only means gives makes"
)
# A word in -s before one of these is a verb: "which leaves through pores", "which turns it around".
AFTER_VERB = _words(
    "the a an us you me them it its our your their that this these those through into up out down "
    "away back how why what"
)
# No sentence ends with one of these.
NEVER_LAST = _words(
    "the an my your our their every i'm we're they're you're i've we've they've you've i'll we'll "
    "they'll you'll let's"
)
# Nor with one of these, unless the speaker talks about the word ("an exclusive or").
CONJUNCTIONS = _words("and or nor but because if unless although whereas than")
# A sentence may end with one of these ("what we look for"), but goes on if the speech model, which
# punctuates, has put no mark after it. Not listed: "a", which is a quantity too.
SELDOM_LAST = _words(
    "of to in on into onto at by for from with about as between through during without within "
    "against toward towards upon via while where when which who whose whom that what how i we "
    "they he she is are am was were can could will would should must may might"
)
# With a capital after a pause, the speaker starts anew, even in the middle of a sentence.
RESTARTS = _words(
    "alright and but first finally he however i i'll i'm i've it it's let's no now oh ok okay ooh "
    "she so sorry then therefore they this thus wait we well yeah yep yes you"
)
# With one of these, the clause is itself a subject: "which is larger depends on x".
ASKS = _words("depends depend matters matter")
# Words that begin a sentence more often than they continue one.
OPENERS = _words(
    "a an and as because but first finally for from here how however i if in it its let lets "
    "let's next no not notice now okay on once one or our remember right second since so suppose "
    "that that's the then there therefore these they third this those thus to today we we'll "
    "we're what when where which while who why with yes you your"
)
