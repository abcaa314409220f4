import ts from 'typescript'

/** Neither a letter nor white space, so that no phrase reaches across it. */
const CODE = '\0'

/** What a slash divides when it follows it; anywhere else, it begins a regular expression. */
const OPERANDS = new Set([
  ts.SyntaxKind.Identifier,
  ts.SyntaxKind.NumericLiteral,
  ts.SyntaxKind.StringLiteral,
  ts.SyntaxKind.CloseParenToken,
  ts.SyntaxKind.CloseBracketToken,
  ts.SyntaxKind.CloseBraceToken,
  ts.SyntaxKind.ThisKeyword,
])

/** The text with the marks of comments and quotes at the beginning of lines blanked, so that phrases continue on the next line. */
export function withoutMarkers(text: string): string {
  return text.replaceAll(/^[ \t]*(?:\/\/+|\/?\*+|#+|>)(?= |$)/gm, (marker) => ' '.repeat(marker.length))
}

/** TypeScript with everything blanked that is not for people: comments and literals stay where they are. */
export function withoutCode(text: string): string {
  const scanner = ts.createScanner(ts.ScriptTarget.ESNext, false, ts.LanguageVariant.Standard, text)
  /** Braces that are open inside each `${…}` around the token. */
  const open: number[] = []
  let before: ts.SyntaxKind | undefined
  let prose = ''
  for (let kind = scanner.scan(); kind !== ts.SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    if (isSlash(kind) && !OPERANDS.has(before!)) kind = scanner.reScanSlashToken()
    if (kind === ts.SyntaxKind.CloseBraceToken && open.at(-1) === 0) {
      kind = scanner.reScanTemplateToken(false)
      if (kind === ts.SyntaxKind.TemplateTail) open.pop()
    } else if (kind === ts.SyntaxKind.TemplateHead) open.push(0)
    else if (open.length > 0) {
      if (kind === ts.SyntaxKind.OpenBraceToken) open[open.length - 1]!++
      if (kind === ts.SyntaxKind.CloseBraceToken) open[open.length - 1]!--
    }
    const token = scanner.getTokenText()
    prose += isForPeople(kind) ? token : CODE.repeat(token.length)
    if (!isTrivia(kind)) before = kind
  }
  return prose
}

function isForPeople(kind: ts.SyntaxKind): boolean {
  return isTrivia(kind) || (kind >= ts.SyntaxKind.FirstLiteralToken && kind <= ts.SyntaxKind.LastTemplateToken)
}

function isTrivia(kind: ts.SyntaxKind): boolean {
  return kind >= ts.SyntaxKind.FirstTriviaToken && kind <= ts.SyntaxKind.LastTriviaToken
}

function isSlash(kind: ts.SyntaxKind): boolean {
  return kind === ts.SyntaxKind.SlashToken || kind === ts.SyntaxKind.SlashEqualsToken
}
