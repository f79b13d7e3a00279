"""The retourcodes that say something about an answer as a whole; those of a rule stand with the rule."""

AFGEKEURD_TECHNISCH = "0001"  # level 2: the message is refused, only the Header comes back
GEEN_OPMERKING = "0200"  # this class was judged and is fine
NIET_BEOORDEELD = "0233"  # this class was not judged
VOLLEDIG_TOEGEKEND = "8001"  # the declaration is granted in full
