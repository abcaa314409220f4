export type { Letter, Notice } from './notice.ts'
export { Outbox, type OutboxOptions } from './outbox.ts'
