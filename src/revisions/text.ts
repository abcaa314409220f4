const MAX_MESSAGE = 200

/** Shortens a message to what the API server takes. */
export function shorten(message: string, most = MAX_MESSAGE): string {
  // Half a character would come back from the API as another, and be written again and again.
  return message.length <= most ? message : `${message.slice(0, most - 1).toWellFormed()}…`
}

/** Formats a share with two significant digits: `0.31 %`, `62 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`
}
