/**
 * Text of an answer of any client.
 *
 * @param body undefined or null if there is none
 * @returns undefined if it is longer than `maxBytes`; the rest is then not read
 */
export async function boundedText(
  body: AsyncIterable<Uint8Array> | null | undefined,
  maxBytes: number,
): Promise<string | undefined> {
  const blocks: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop early cancels the rest of the answer.
  for await (const block of body ?? []) {
    bytes += block.length
    if (bytes > maxBytes) return undefined
    blocks.push(block)
  }
  return Buffer.concat(blocks).toString()
}
