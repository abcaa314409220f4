import {
  Composer,
  CST,
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  type Node,
  Parser,
} from 'yaml'
import { type Fail, ParsingError } from './error.ts'
import { MAX_DEPTH } from './json.ts'
import { checkNodes } from './yaml-nodes.ts'

/**
 * Bounds for what a text may cost. What `helm template` or `kubectl get -o yaml` print in 4 MiB has 1.3 million tokens (the latter in
 * one document), 260,000 scalars and 7,000 documents. A document with the most tokens fits
 * into a heap of 384 MiB, for every kind of token. JSON takes a tenth of that and has no such bound.
 */
const MAX_TOKENS = 2_500_000
const MAX_DOCUMENT_TOKENS = 1_400_000
/** What counts as several tokens, because each may begin a list or an item with nothing in it, which takes that much more memory. */
const HEAVY: ReadonlySet<CST.TokenType | null> = new Set([
  'seq-item-ind',
  'explicit-key-ind',
  'flow-seq-start',
  'flow-map-start',
  'comma',
] as const)
const HEAVY_TOKENS = 4
const MAX_DOCUMENTS = 100_000
const MAX_NODES = 1_000_000
/** Anchors and aliases in one document. Finding the anchor of an alias costs as much as there are anchors and aliases. */
const MAX_ALIASES = 10_000

/** One document of a text. */
export interface ParsedDocument {
  readonly value: unknown
  /** Returns the line, from 1, of the value at a path, or of the nearest one around it. */
  readonly lineOf: (path: readonly PropertyKey[]) => number
}

/**
 * Reads the documents of a YAML text one by one, as they are asked for. Depth, size, documents, aliases and what aliases
 * multiply to are bounded while the text is read, and all of the work is proportional to its size.
 *
 * @throws ParsingError at the first mistake, or the first bound that is exceeded
 */
export function* parseYamlDocuments(text: string, { aliases = true, isOne = false } = {}): Generator<ParsedDocument> {
  const lines = new LineCounter()
  const fail: Fail = (what, offset) => {
    throw new ParsingError(what, text, offset, lines)
  }
  const composer = composerOf(aliases, fail)
  let count = 0
  for (const document of composer.compose(tokensOf(text, aliases, lines, fail))) {
    if (isOne && count++ > 0) fail('a second document, expected one', document.range[0])
    checkNodes(document, MAX_NODES, fail)
    const childrenOf = childrenReader()
    yield {
      value: toJs(document, fail),
      lineOf(path) {
        let node = document.contents as Node | null
        for (const key of path) {
          const child = childrenOf(node).get(key)
          if (!child) break
          node = child
        }
        return lines.linePos(node?.range?.[0] ?? document.range[0]).line
      },
    }
  }
}

/**
 * Reads the value of a YAML text with one document; undefined if it has none. Aliases and merge keys are refused: what people write
 * here needs none.
 *
 * @throws ParsingError at the first mistake, at an alias or a second document, or at the first bound that is exceeded
 */
export function parseYaml(text: string): unknown {
  const [document] = [...parseYamlDocuments(text, { aliases: false, isOne: true })]
  return document?.value
}

function composerOf(aliases: boolean, fail: Fail): Composer {
  // Comparing each key with all others of its map takes the square of their number: checkNodes does it instead.
  const composer = new Composer({ merge: aliases, logLevel: 'error', uniqueKeys: false, resolveKnownTags: false })
  // The composer keeps every mistake with a stack trace, gigabytes for 4 MiB of mistakes: stop at the first one.
  let first: unknown
  const onError = (source: Place, _code: string, message: string, isWarning = false) => {
    if (isWarning) return
    // It catches what is thrown in a collection, and reports that.
    if (first) throw first
    try {
      fail(`not YAML: ${message}`, offsetOf(source))
    } catch (error) {
      first = error
      throw error
    }
  }
  return Object.assign(composer, { onError })
}

type Place = number | readonly number[] | { readonly offset: number }

function offsetOf(place: Place): number {
  if (typeof place === 'number') return place
  return 'offset' in place ? place.offset : place[0]!
}

/** Parses a text into syntax tokens, and bounds what it costs. */
function* tokensOf(text: string, aliases: boolean, lines: LineCounter, fail: Fail): Generator<CST.Token> {
  const parser = new Parser(lines.addNewLine)
  const counts = { tokens: 0, documentTokens: 0, documents: 0, aliases: 0 }
  const count = (what: keyof typeof counts, most: number, explanation: string, by = 1) => {
    counts[what] += by
    if (counts[what] > most) fail(`more than ${most.toLocaleString('en')} ${explanation}`, parser.offset)
  }
  lines.addNewLine(0)
  let isContent = false
  for (const lexeme of new Lexer().lex(text)) {
    const type: CST.TokenType | null = isContent ? null : CST.tokenType(lexeme)
    isContent = type === 'scalar'
    if (type === 'doc-start' || type === 'doc-end') {
      counts.documentTokens = 0
      counts.aliases = 0
      count('documents', MAX_DOCUMENTS, 'documents: split the file')
    }
    if (type === 'alias' && !aliases) fail('aliases (*name) are not read here: write the values out', parser.offset)
    if (type === 'anchor' || type === 'alias') {
      count('aliases', MAX_ALIASES, 'anchors and aliases in one document: write the values out')
    }
    const tokens = HEAVY.has(type) ? HEAVY_TOKENS : 1
    count('tokens', MAX_TOKENS, 'tokens: split the file', tokens)
    count('documentTokens', MAX_DOCUMENT_TOKENS, 'tokens in one document: split it, or give it as JSON', tokens)
    for (const token of parser.next(lexeme)) {
      if (token.type === 'error') fail(`not YAML: ${token.message}`, token.offset)
      yield token
    }
    if (parser.stack.length > MAX_DEPTH) fail(`nests deeper than ${MAX_DEPTH} levels`, parser.offset)
  }
  yield* parser.end()
}

function toJs(document: Document.Parsed, fail: Fail): unknown {
  try {
    // checkNodes has counted what aliases multiply to.
    return document.toJS({ maxAliasCount: -1 })
  } catch (error) {
    // An alias of nothing, or a merge of what is no map.
    return fail(`not YAML: ${(error as Error).message}`, document.range[0])
  }
}

/** Returns a function from a node to the nodes directly inside of it, by key or index, which reads each node once. */
function childrenReader(): (node: Node | null) => ReadonlyMap<unknown, Node> {
  const known = new Map<Node | null, ReadonlyMap<unknown, Node>>()
  const read = (node: Node | null): [unknown, unknown][] => {
    if (isMap(node)) return node.items.map(({ key, value }) => [isScalar(key) ? key.value : key, value])
    return isSeq(node) ? node.items.map((item, index) => [index, item]) : []
  }
  return (node) => {
    const children = known.get(node) ?? new Map(read(node).filter((pair): pair is [unknown, Node] => isNode(pair[1])))
    known.set(node, children)
    return children
  }
}
