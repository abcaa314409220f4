/** A phrase that readers stop at, and what to write instead. */
export interface Dialect {
  /** As a regular expression over whole words; a space stands for any white space. */
  readonly phrase: string
  readonly instead: string
}

/** Grows whenever a reader stops at a phrase: clean the repository of it first, then add it here. */
export const DIALECT: readonly Dialect[] = [
  { phrase: '(is|are|was|were|be) minded', instead: '"is respected" or "is taken into account"' },
  { phrase: '(is|are|was|were) not minded', instead: '"is ignored"' },
  { phrase: 'what is pending', instead: '"the pending revision"' },
  { phrase: 'nothing new applied', instead: '"pauses changes"' },
  { phrase: 'made anew', instead: '"restarted", "recreated" or "reissued"' },
  { phrase: 'anew', instead: '"again"' },
  { phrase: 'by (itself|themselves)', instead: '"automatically", "alone" or "separately"' },
  { phrase: 'of (its|their) own', instead: '"separate" or "its own …"' },
  { phrase: '(go|goes|going|gone|went) on', instead: '"continue" or "keep …ing"' },
  { phrase: 'shall', instead: '"must"' },
  { phrase: '(comes?|came) to (the same|rest|an end)', instead: '"equals", "settles" or "ends"' },
  { phrase: 'what .{1,20} (comes?|came) to', instead: '"the result of …" or "the total of …"' },
  {
    phrase: '(stands?|stood) (in|on|at|before|behind|beside|between|around|among|above|below|first|last|there)',
    instead: '"is in", "is stored in" or "is shown in"',
  },
  { phrase: '(as it|what|where (it|they)) stands?', instead: '"the current value" or "what is applied"' },
  { phrase: '(lies?|lay) (in|inside|on|at|between|within|below|under|above|near)', instead: '"is in" or "is between"' },
  { phrase: 'for good', instead: '"permanently"' },
  { phrase: 'make do with', instead: '"gets less"' },
  { phrase: 'for want of', instead: '"because … is missing"' },
  { phrase: 'the way out', instead: '"what to do"' },
  { phrase: 'told with', instead: '"reported with" or "shown with"' },
]
