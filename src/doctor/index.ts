export { describeFinding, examine } from './examine.ts'
export type { Facts } from './facts.ts'
export type { Finding } from './finding.ts'
export { gather } from './gather.ts'
