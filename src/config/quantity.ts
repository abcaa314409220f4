import { z } from 'zod'
import { parseQuantity } from '../resources/index.ts'

/** A Kubernetes quantity above 0, such as 250m or 64Mi; becomes nano-units. */
export const Quantity = z
  .union([z.string(), z.number()])
  .transform(String)
  .refine((text) => (parseQuantity(text) ?? -1n) > 0n, 'expected a quantity above 0, such as 250m or 64Mi')
  .transform((text) => parseQuantity(text)!)
