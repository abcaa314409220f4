export { krr } from './krr.ts'
export { vpa } from './vpa.ts'
