/** An action cannot be done. The message says why, and what to do. */
export class ActionError extends Error {
  override readonly name = 'ActionError'
}
