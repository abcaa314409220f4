const MAX_MESSAGE = 200

/** Shortens a message to the length that the API server accepts. */
export function shorten(message: string, most = MAX_MESSAGE): string {
  // Never cut a surrogate pair in half: the API would return another character, and the message would be written again each time.
  return message.length <= most ? message : `${message.slice(0, most - 1).toWellFormed()}…`
}

/** Formats a share with two significant digits: `0.31 %`, `62 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`
}
