const NEWLINE = 0x0a

/**
 * Splits a stream of bytes into lines, without their ends. Empty lines are skipped. A last line that was cut off is
 * dropped: the caller requests it again.
 *
 * @throws what `tooLong` returns if a line exceeds `maxBytes`
 */
export async function* lines(
  chunks: AsyncIterable<Buffer>,
  maxBytes: number,
  tooLong: () => Error,
): AsyncGenerator<string> {
  const parts: Buffer[] = []
  let heldBytes = 0
  for await (const chunk of chunks) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const last = chunk.subarray(start, end)
      if (heldBytes + last.length > maxBytes) throw tooLong()
      if (heldBytes > 0) yield Buffer.concat([...parts.splice(0), last]).toString()
      else if (last.length > 0) yield last.toString()
      heldBytes = 0
      start = end + 1
    }
    if (start === chunk.length) continue
    parts.push(chunk.subarray(start))
    heldBytes += chunk.length - start
    if (heldBytes > maxBytes) throw tooLong()
  }
}
