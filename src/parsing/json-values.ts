/** Follows brackets through a text that comes in pieces. */
export class JsonDepth {
  #depth = 0
  #isInString = false

  /** Whether the piece closes all brackets that it and the pieces before it have opened. */
  closes(piece: string): boolean {
    let end = -1
    for (let at = this.endIn(piece, 0); at > 0; at = this.endIn(piece, at)) end = at
    return end > 0 && this.#depth === 0
  }

  /** Index behind the bracket that closes a value; -1 if the text ends before. */
  endIn(text: string, from: number): number {
    for (let i = from; i < text.length; i++) {
      const char = text[i]
      if (this.#isInString) {
        if (char === '\\') i++
        else if (char === '"') this.#isInString = false
      } else if (char === '"') this.#isInString = true
      else if (char === '{' || char === '[') this.#depth++
      else if ((char === '}' || char === ']') && --this.#depth <= 0) return i + 1
    }
    return -1
  }
}

/**
 * Cuts a text of several JSON values one after the other, as `curl` and `jq` write them, with or without line ends between them.
 *
 * @returns the text of each value, with what is in front of it; undefined if the text is no such sequence
 */
export function jsonTexts(text: string): string[] | undefined {
  const depth = new JsonDepth()
  const texts: string[] = []
  let from = 0
  for (let end = depth.endIn(text, 0); end > 0; end = depth.endIn(text, end)) {
    const one = text.slice(from, end)
    if (!/^[\s,]*[[{]/.test(one)) return undefined
    texts.push(one)
    from = end
  }
  return texts.length > 0 && /^[\s,]*$/.test(text.slice(from)) ? texts : undefined
}
