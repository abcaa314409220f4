export { generateLoad } from './generate.ts'
