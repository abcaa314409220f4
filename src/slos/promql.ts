/** A selector of series: name of the metric and its matchers, as written. */
export interface Selector {
  readonly metric: string
  /** Matchers without braces, such as `job="api",code=~"5.."`; empty if there are none. */
  readonly matchers: string
}

const STRING = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`/g
const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const SELECTOR = new RegExp(`^\\s*(${NAME})\\s*(?:\\{([^{}]*)\\})?\\s*$`)

/** Text of the same length with every character of a string literal replaced by a letter, so that it can be searched for syntax. */
function withoutStrings(text: string): string {
  return text.replaceAll(STRING, (literal) => 's'.repeat(literal.length))
}

/** Reads an expression that is nothing but a selector; undefined if it is anything else. */
export function readSelector(text: string): Selector | undefined {
  const found = SELECTOR.exec(withoutStrings(text))
  if (!found) return undefined
  const open = text.indexOf('{')
  const matchers = open < 0 ? '' : text.slice(open + 1, text.lastIndexOf('}'))
  return { metric: found[1]!, matchers: matchers.trim().replace(/,$/, '') }
}

/** The expression inside of `sum(…)`, if an expression is one sum over everything; undefined if it is anything else. */
export function insideSum(text: string): string | undefined {
  const syntax = withoutStrings(text)
  const open = /^\s*sum\s*\(/i.exec(syntax)?.[0].length
  if (open === undefined) return undefined
  let depth = 1
  for (let at = open; at < syntax.length; at++) {
    if (syntax[at] === '(') depth++
    else if (syntax[at] === ')' && --depth === 0)
      return syntax.slice(at + 1).trim() === '' ? text.slice(open, at) : undefined
  }
  return undefined
}

/** The same sum, kept apart by labels. An expression that is not one sum over everything stays as it is. */
export function sumBy(labels: readonly string[], text: string): string {
  const inner = insideSum(text)
  return inner === undefined ? text : `sum by (${labels.join(', ')}) (${inner})`
}

/** Range of the windows by which Plimsoll counts, in expressions of people. */
export const WINDOW = '$window'

/**
 * Why an expression of a person cannot be used; undefined if it can. Each of its ranges must be the window, because Plimsoll chooses it,
 * and when it is asked.
 */
export function whyNotCountable(text: string): string | undefined {
  const syntax = withoutStrings(text)
  if (/["'`]/.test(syntax)) return 'it has a text without an end'
  if (/[#\n\r]/.test(syntax.trim().replaceAll(/\s*[\n\r]\s*/g, ' '))) return 'it has a comment'
  if (/@/.test(syntax)) return 'it has the modifier @'
  if (/\boffset\b/i.test(syntax)) return 'it has the modifier offset'
  const ranges = [...syntax.matchAll(/\[([^\]]*)\]/g)].map(([, range]) => range!.trim())
  if (ranges.length === 0) return `it has no range [${WINDOW}], so it does not count the requests of a window`
  const other = ranges.find((range) => range !== WINDOW)
  if (other !== undefined) return `its range [${other}] must be [${WINDOW}]`
  if (!isBalanced(syntax)) return 'its brackets do not match'
  return undefined
}

function isBalanced(syntax: string): boolean {
  const closing: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' }
  const open: string[] = []
  for (const character of syntax) {
    const close = closing[character]
    if (close) open.push(close)
    else if (')]}'.includes(character) && open.pop() !== character) return false
  }
  return open.length === 0
}

/** Whether an expression gives numbers of requests, or requests per second; undefined if it cannot be told. */
export function countsOf(text: string): 'requests' | 'requestsPerSecond' | undefined {
  const syntax = withoutStrings(text)
  const isRate = /\bi?rate\s*\(/.test(syntax)
  const isCount = /\b(increase|delta|count_over_time|sum_over_time|changes|resets)\s*\(/.test(syntax)
  if (isRate === isCount) return undefined
  return isRate ? 'requestsPerSecond' : 'requests'
}

/** An expression of a person with everything filled in. Names are those of Kubernetes objects, so they need no escaping. */
export function filledIn(text: string, values: { readonly namespace: string; readonly windowSeconds: number }): string {
  return text
    .replaceAll('$window', `${Math.ceil(values.windowSeconds)}s`)
    .replaceAll('$namespace', values.namespace)
    .replaceAll('$pod', '.+')
}

/** A matcher for one value of a label. */
export function equal(label: string, value: string): string {
  return `${label}=${JSON.stringify(value)}`
}
