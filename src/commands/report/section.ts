import type { Looks } from '../terminal/text.ts'

/** A title and what stands below it; nothing where there is nothing. */
export function section(title: string, body: string, { paint }: Looks): string {
  return body === '' ? '' : `${paint('cyan', title)}\n${body}`
}
