/** What a person asked for cannot be had. The message says why, and what to do. */
export class WishError extends Error {
  override readonly name = 'WishError'
}
