import type { Looks } from '../terminal/text.ts'

/** Renders a title with a body below it; empty if the body is empty. */
export function section(title: string, body: string, { paint }: Looks): string {
  return body === '' ? '' : `${paint('cyan', title)}\n${body}`
}
