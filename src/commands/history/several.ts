import type { z } from 'zod'
import { by } from '../by.ts'

/** Parser, like `by`, of an option that may be given several times. It collects the values. */
export function all<T>(schema: z.ZodType<T, string>) {
  return (text: string, before: readonly T[] = []): readonly T[] => [...before, by(schema)(text)]
}
