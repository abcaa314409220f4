/** An input cannot be read. The message says what is wrong, where, what was expected, and what to do. */
export class ReaderError extends Error {
  override readonly name = 'ReaderError'
}
