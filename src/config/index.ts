export { Port, Price, ServerUrl } from './settings.ts'
