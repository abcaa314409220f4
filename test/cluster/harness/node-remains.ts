import type { Layout } from './layout.ts'
export async function removeNode(_: Layout): Promise<void> {}
